import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { releaseSessions } from '@ablation-cam/model';
import {
  filesArePoints,
  scenario,
  scratchFolder,
  timers,
  type AnyScenario,
  type Census,
} from '@ablation-cam/tools/faults';
import * as assert from 'uvu/assert';
import { runCompare } from '../../../src/compare/run-compare.ts';
import { runEvaluate } from '../../../src/evaluate/run-evaluate.ts';
import { runExplain } from '../../../src/explain/run-explain.ts';
import { assertWholeFiles } from './whole-files.ts';

const ENGINE = { backend: 'cpu', executor: 'reference' } as const;

/** What commands do, in an empty folder, with whatever files they write there. */
export async function commandScenarios(): Promise<AnyScenario[]> {
  await filesArePoints();
  const folder = join(scratchFolder(), 'out');
  return [
    commandScenario('explain', folder, ['explanation.json'], (signal) =>
      runExplain(
        {
          ...ENGINE,
          ...{ model: 'mnist1d', input: 'mnist1d:0', method: [], layer: [], class: 'predicted' },
          ...{ ablation: 'zero', score: 'probability', weighting: 'relative-drop', norm: 2 },
          ...{ strategy: 'planned', out: folder, writesFiles: true },
        },
        signal,
      ),
    ),
    commandScenario('evaluate', folder, ['class-accuracy.svg'], (signal) =>
      runEvaluate(
        {
          ...{ model: 'mnist1d', batch: 10, backend: 'cpu', failed: 2, limit: 30 },
          ...{ html: join(folder, 'report.html'), svg: folder },
        },
        signal,
      ),
    ),
    commandScenario('compare', folder, ['comparison.json'], (signal) =>
      runCompare(
        { ...ENGINE, model: 'mnist1d', methods: 'grad-cam', limit: 2, steps: 3, out: folder },
        signal,
      ),
    ),
  ];
}

/** @param files whose content, but for times, is what the command gives */
function commandScenario(
  name: string,
  folder: string,
  files: readonly string[],
  command: (signal: AbortSignal) => Promise<void>,
): AnyScenario {
  let expected: readonly string[] | null = null;
  const run = async ({ signal }: { readonly signal: AbortSignal }): Promise<readonly string[]> => {
    await command(signal);
    // Synchronously, which is no point of the run.
    return files.map((file) => withoutTimes(readFileSync(join(folder, file), 'utf8')));
  };
  return scenario<readonly string[]>(`command ${name}`, () => ({
    oncePerSite: true,
    prepare: () => rm(folder, { recursive: true, force: true }),
    run,
    check: (found) => {
      expected ??= found;
      assert.equal(found, expected);
    },
    left: (isDead) => assertWholeFiles(folder, isDead),
    census: (): Census => {
      releaseSessions();
      return { tensors: tf.memory().numTensors, timers: timers() };
    },
  }));
}

/** What lies in a result besides what depends on the machine. */
function withoutTimes(text: string): string {
  if (!text.startsWith('{')) return text;
  return JSON.stringify(JSON.parse(text, (key, value: unknown) => (isTime(key) ? undefined : value)));
}

function isTime(key: string): boolean {
  return /seconds|Ms$|elapsed|^timings$/i.test(key);
}

/** How much faster than others the clock of commands runs, which measure until enough time has passed. */
const FASTER = 100;

/** Keeps to itself what is printed from now on, and lets the clock run fast; returns what prints all the same. */
export function quietAndFast(): (line: string) => void {
  const print = console.log.bind(console);
  const now = performance.now.bind(performance);
  console.log = console.error = () => undefined;
  process.stderr.write = () => true;
  performance.now = () => FASTER * now();
  return print;
}
