import { requestDevice, webGpuExecutor, type Executor } from '@ablation-cam/kernels';
import { checkCase } from './check-case.ts';
import { FACTS, factsOf, RARE_FACTS } from './facts.ts';
import { randomCase } from './random-case.ts';
import { randomLayout } from './random-layout.ts';

/** Which models are drawn, and for how long. */
export interface ModelsRequest {
  readonly models: number;
  /** The first seed, and from one to the next. */
  readonly from: number;
  readonly step: number;
  /** After so many minutes no further model is begun. */
  readonly minutes: number;
}

/** What a run over models found. */
export interface ModelsReport {
  /** Models that were begun. */
  readonly done: number;
  /** Their seeds. */
  readonly failed: readonly number[];
  readonly executors: readonly string[];
  /** The adapter of WebGPU. */
  readonly adapter: string;
  readonly minutes: number;
  /** How often what can be drawn was drawn, the rarest first. */
  readonly occurrences: readonly (readonly [fact: string, count: number])[];
  readonly pipelines: number;
  /** GPU buffers that nobody freed. */
  readonly liveBuffers: number;
}

/** Time between two lines of progress. */
const PROGRESS_MS = 20_000;

/**
 * Holds WebGPU, in a layout drawn for each model, against the naive loop in float64; the models run on TensorFlow.js's current
 * backend.
 *
 * @param others executors that are held against it as well
 */
export async function runModels(
  { models, from, step, minutes: most }: ModelsRequest,
  others: readonly Executor[],
  print: (line: string) => void,
): Promise<ModelsReport> {
  const device = await requestDevice();
  const start = performance.now();
  const minutes = (): number => (performance.now() - start) / 60_000;
  let reported = start;
  let done = 0;
  const failed: number[] = [];
  const counts = new Map<string, number>([...FACTS, ...RARE_FACTS].map((fact) => [fact, 0]));
  while (done < models && minutes() < most) {
    const seed = from + step * done;
    try {
      await checkSeed(seed);
    } catch (error) {
      failed.push(seed);
      print(error instanceof Error ? error.message : String(error));
    }
    done++;
    if (performance.now() - reported < PROGRESS_MS) continue;
    reported = performance.now();
    const left = Math.min((minutes() * (models - done)) / done, most - minutes());
    print(
      `${String(done)} of ${String(models)} models, ${String(failed.length)} failed, ${minutes().toFixed(1)} min, about ${left.toFixed(0)} min left`,
    );
  }
  const { pipelineCount, liveBuffers, adapter } = device;
  device.dispose();
  return {
    done,
    failed,
    executors: [...others.map(({ name }) => name), 'webgpu in both layouts'],
    adapter: adapter.description,
    minutes: minutes(),
    occurrences: [...counts].sort(([, a], [, b]) => a - b),
    pipelines: pipelineCount,
    liveBuffers,
  };

  async function checkSeed(seed: number): Promise<void> {
    const random = await randomCase(seed);
    for (const fact of factsOf(random)) counts.set(fact, (counts.get(fact) ?? 0) + 1);
    try {
      await checkCase(random, [...others, webGpuExecutor(device, randomLayout(seed))]);
    } finally {
      random.model.dispose();
    }
  }
}
