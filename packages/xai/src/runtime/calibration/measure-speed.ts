import { sizeOf, type AblationInput, type Executor, type Plan, type Tail } from '@ablation-cam/kernels';
import { planFor } from '../executor-called.ts';
import { calibrationTails, values } from './calibration-tails.ts';
import { estimatedMs, workOf, type Work } from './estimate.ts';
import { fitSpeed } from './fit-speed.ts';
import type { Speed } from './speed.ts';

/** What a clock tells, also that of a browser: shorter runs are measured several together. */
const CLOCK_MS = 0.5;

/** The shortest of so many measurements counts: others shared the cores with something else. */
const MOST_MEASUREMENTS = 15;

/** After so long nothing is run again. */
const LONG_MS = 200;

/** The two shortest runs of a plan are so close to each other where nothing else keeps the cores busy. */
const CLOSE = 1.5;

/** A plan that is ready to be run, and what is measured of it. */
interface Measurement {
  readonly decides: keyof Speed;
  readonly work: Work;
  readonly repeats: number;
  readonly run: () => Promise<unknown>;
  readonly dispose: () => void;
  readonly ms: number[];
}

/**
 * Measures how fast an executor is on this machine, in about a tenth of a second: the shortest runs of some small plans. Null where
 * they differ, because something else keeps the machine busy.
 *
 * @param typical what is usual for it, which decides how large the plans are
 * @throws KernelsError where the executor fails
 */
export async function measureSpeed(executor: Executor, typical: Speed): Promise<Speed | null> {
  const measurements: Measurement[] = [];
  try {
    for (const [decides, tail] of calibrationTails(typical)) {
      measurements.push(await measurementOf(decides, tail, executor, typical));
    }
    const start = performance.now();
    // In turns: what takes the cores from us for a while does not take them from all runs of one plan.
    for (let i = 0; i < MOST_MEASUREMENTS && performance.now() - start < LONG_MS; i++) {
      for (const measurement of measurements) await measure(measurement);
    }
  } finally {
    for (const { dispose } of measurements) dispose();
  }
  const runs = measurements.map(({ decides, work, ms }) => {
    const [shortest = 0, next = Infinity] = ms.toSorted((a, b) => a - b);
    return { decides, work, ms: shortest, isSteady: next <= CLOSE * shortest };
  });
  return runs.every(({ isSteady }) => isSteady) ? fitSpeed(typical, runs) : null;
}

/** The first run is not measured: it compiles, and touches memory for the first time. */
async function measurementOf(
  decides: keyof Speed,
  tail: Tail,
  executor: Executor,
  typical: Speed,
): Promise<Measurement> {
  const plan = planFor(tail, executor.name, null);
  const work = workOf(plan);
  const input = inputOf(tail, plan);
  const prepared = await executor.prepare(plan);
  const measurement = {
    decides,
    work,
    repeats: Math.ceil(CLOCK_MS / estimatedMs(work, typical)),
    run: () => prepared.run(input),
    dispose: () => {
      prepared.dispose();
    },
    ms: [],
  };
  try {
    await measurement.run();
    return measurement;
  } catch (error) {
    measurement.dispose();
    throw error;
  }
}

async function measure({ repeats, run, ms }: Measurement): Promise<void> {
  const start = performance.now();
  for (let n = 0; n < repeats; n++) await run();
  ms.push((performance.now() - start) / repeats);
}

function inputOf({ nodes, target }: Tail, { channels, classes }: Plan): AblationInput {
  return {
    inputs: 1,
    activation: values(sizeOf(nodes[target]?.shape ?? []), 1),
    logits: values(classes, 1),
    ablation: { kind: 'values', values: new Float32Array(channels) },
    score: 'probability',
    weighting: 'relative-drop',
    norm: 2,
    classes: 'predicted',
  };
}
