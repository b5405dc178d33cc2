import { parseArgs } from 'node:util';
import { onnxRuntimeExecutor, referenceExecutor, requestDevice, webGpuExecutor } from '@ablation-cam/kernels';
import { useBackend } from '@ablation-cam/model';
import { tfjsExecutor } from '../../../src/executors/tfjs/tfjs-executor.ts';
import { takeTurns } from '../../../src/runtime/turn.ts';
import { checkCase } from './check-case.ts';
import { FACTS, factsOf, RARE_FACTS } from './facts.ts';
import { randomCase } from './random-case.ts';
import { randomLayout } from './random-layout.ts';

const HELP = `pnpm test:models -- [--models N] [--from SEED] [--step N]

Holds every executor against the naive loop in float64 on random models, more of them than every test run can afford.
  --models N    how many, one a seed (300)
  --from SEED   the first seed (1)
  --step N      from one seed to the next (1); --from 11 --step 12: models with layers that only TensorFlow.js computes`;

/** How many of the things that are drawn are shown with how often that was. */
const RAREST = 20;

/** Time between two lines of progress. */
const PROGRESS_MS = 20_000;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    models: { type: 'string' },
    from: { type: 'string' },
    step: { type: 'string' },
    help: { type: 'boolean' },
  },
});

if (values.help) console.log(HELP);
else {
  await runModels(
    wholeNumber('models', values.models ?? '300'),
    wholeNumber('from', values.from ?? '1'),
    wholeNumber('step', values.step ?? '1'),
  );
}

async function runModels(models: number, from: number, step: number): Promise<void> {
  await useBackend('wasm');
  const device = await requestDevice();
  const executors = [tfjsExecutor(), onnxRuntimeExecutor(takeTurns, { threads: 1 }), referenceExecutor()];
  const start = performance.now();
  let reported = start;
  const failed: number[] = [];
  const counts = new Map<string, number>([...FACTS, ...RARE_FACTS].map((fact) => [fact, 0]));
  for (let done = 0; done < models; done++) {
    const seed = from + step * done;
    try {
      await checkSeed(seed);
    } catch (error) {
      failed.push(seed);
      console.error(error instanceof Error ? error.message : error);
    }
    if (performance.now() - reported < PROGRESS_MS) continue;
    reported = performance.now();
    const minutes = (reported - start) / 60_000;
    const left = (minutes * (models - done - 1)) / (done + 1);
    console.log(
      `${done + 1} of ${models} models, ${failed.length} failed, ${minutes.toFixed(1)} min, about ${left.toFixed(0)} min left`,
    );
  }
  const { pipelineCount, liveBuffers } = device;
  device.dispose();
  const names = [...executors.map(({ name }) => name), 'webgpu in both layouts'].join(', ');
  const seeds = `seeds ${from} to ${from + step * (models - 1)}${step > 1 ? ` in steps of ${step}` : ''}`;
  console.log(
    `${models} models (${seeds}) on ${names}: ${failed.length} failed${failed.length > 0 ? `: ${failed.join(', ')}` : ''}`,
  );
  const rarest = [...counts].sort(([, a], [, b]) => a - b).slice(0, RAREST);
  console.log(`rarest of what is drawn: ${rarest.map(([fact, count]) => `${fact} ${count}`).join(', ')}`);
  console.log(`${pipelineCount} pipelines, ${liveBuffers} GPU buffers left alive`);
  process.exitCode = failed.length === 0 && liveBuffers === 0 ? 0 : 1;

  async function checkSeed(seed: number): Promise<void> {
    const random = await randomCase(seed);
    for (const fact of factsOf(random)) counts.set(fact, (counts.get(fact) ?? 0) + 1);
    try {
      await checkCase(random, [...executors, webGpuExecutor(device, { layout: randomLayout(seed) })]);
    } finally {
      random.model.dispose();
    }
  }
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new Error(`--${name} expects a whole number from 1, got "${text}"\n\n${HELP}`);
}
