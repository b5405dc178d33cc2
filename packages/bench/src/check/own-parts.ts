import * as tf from '@tensorflow/tfjs';
import { runModels } from '@ablation-cam/xai/testing';
import { BenchError } from '../errors.ts';
import { CHECKED_MODELS } from './parts.ts';

/** The bundle of the kernels' test files, beside this one's. */
interface TestBundle {
  readonly run: (
    print: (line: string) => void,
  ) => Promise<{ readonly passed: number; readonly failed: number; readonly skipped: number }>;
}

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Runs a part of a check in this process. Returns whether it passed. @throws BenchError `invalid-option` */
export async function runOwnPart(name: string): Promise<boolean> {
  if (name === 'tests') return testsPass();
  if (name === 'models') return modelsPass();
  throw new BenchError('invalid-option', `A check has no part "${name}".`);
}

async function testsPass(): Promise<boolean> {
  const bundle = new URL('tests.js', import.meta.url).href;
  const { run } = (await import(bundle)) as TestBundle;
  const { passed, failed, skipped } = await run(print);
  print(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 && passed > 0;
}

async function modelsPass(): Promise<boolean> {
  // The models themselves: what is checked is the adapter.
  await tf.setBackend('cpu');
  const { done, failed, adapter, minutes, pipelines, liveBuffers } = await runModels(
    CHECKED_MODELS,
    [],
    print,
  );
  const { models, from } = CHECKED_MODELS;
  print(`${adapter}: ${done} of ${models} models from seed ${from} in ${minutes.toFixed(1)} min`);
  print(`${failed.length} failed${failed.length === 0 ? '' : `: ${failed.join(', ')}`}`);
  print(`${pipelines} pipelines, ${liveBuffers} GPU buffers left alive`);
  return failed.length === 0 && liveBuffers === 0 && done > 0;
}
