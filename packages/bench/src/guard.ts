import { describePlan, planTail, type Tail, type TailNode } from '@ablation-cam/kernels';
import { judgeEndToEnd } from './end-to-end/judge.ts';
import { runBench, type BenchRequest } from './run-bench.ts';
import type { BenchResult } from './results/result.ts';

/** The gains below which something is broken, however noisy the machine. */
const LEAST_GAIN: Readonly<Record<string, number>> = { 'own-loop': 5, 'masked-loop': 5 };

/** Something else on the machine can take a millisecond from a run, hardly from three; what is broken is so every time. */
const MOST_TRIES = 3;

const LOOPS: readonly string[] = ['own-loop@webgpu', 'masked-loop@tfjs-webgpu'];

export interface GuardReport {
  /** What was looked at, one sentence each. */
  readonly facts: readonly string[];
  /** What is wrong; empty where all is well. */
  readonly failures: readonly string[];
}

/**
 * Holds what must be true on any machine: the single dispatch beats the loops over the tail on WebGPU, and no plan's number of
 * dispatches depends on the number of channels.
 */
export async function guard(signal: AbortSignal): Promise<GuardReport> {
  const hooks = { signal, onStep: () => undefined };
  const sweep = await runBench(
    { set: 'quick', cases: ['channels-8', 'channels-512'], strategies: ['incremental@webgpu'], rounds: 1 },
    hooks,
  );
  const planned = [8, 512].map(plannedDispatches);
  for (let left = MOST_TRIES; ; left--) {
    const { results } = await runBench(
      { set: 'quick', cases: ['mnist1d'], strategies: ['incremental@webgpu', ...LOOPS], rounds: 9 },
      hooks,
    );
    const report = judge(results, sweep.results, planned);
    if (report.failures.length === 0 || left === 1) return report;
  }
}

/** Holds what is promised of whole networks; those that miss it are measured again, a few times. */
export async function guardEndToEnd(request: BenchRequest, signal: AbortSignal): Promise<GuardReport> {
  const facts: string[] = [];
  let cases = request.cases;
  for (let left = MOST_TRIES; ; left--) {
    const { endToEnd, skipped } = await runBench(
      { ...request, set: 'end-to-end', cases },
      { signal, onStep: () => undefined },
    );
    const broken = skipped.map(({ case: name, reason }) => `${name} was not measured: ${reason}.`);
    const reports = endToEnd.map((result) => ({ name: result.case, ...judgeEndToEnd([result]) }));
    const failed = reports.filter(({ failures }) => failures.length > 0);
    facts.push(...reports.filter((report) => !failed.includes(report)).flatMap((report) => report.facts));
    if (broken.length > 0 || failed.length === 0 || left === 1) {
      return { facts, failures: [...broken, ...failed.flatMap(({ failures }) => failures)] };
    }
    cases = [...new Set(failed.map(({ name }) => name))];
  }
}

/** @param sweep the same tail with few and many channels @param planned dispatches of a plan in steps, likewise */
export function judge(
  results: readonly BenchResult[],
  sweep: readonly BenchResult[],
  planned: readonly number[],
): GuardReport {
  const facts: string[] = [];
  const failures: string[] = [];
  const ours = results.find(({ strategy }) => strategy === 'incremental');
  const loops = results.filter(({ strategy }) => strategy in LEAST_GAIN);
  if (!ours || loops.length === 0) {
    failures.push('The single dispatch or the loop has no time for MNIST-1D: is there a WebGPU adapter?');
  } else {
    for (const loop of loops) {
      const gain = loop.medianMs / ours.medianMs;
      const least = LEAST_GAIN[loop.strategy]!;
      const fact = `The single dispatch is ${gain.toFixed(1)}x the ${loop.strategy} on ${loop.executor} for MNIST-1D`;
      (gain >= least ? facts : failures).push(`${fact}; at least ${least}x is expected.`);
    }
  }
  for (const [what, counts] of [
    ['a single-dispatch plan', sweep.map(({ dispatches }) => dispatches)],
    ['a plan in steps', planned],
  ] as const) {
    const isSame = counts.length > 1 && counts.every((count) => count !== null && count === counts[0]);
    const fact = `The dispatches of ${what} for few and for many channels: ${counts.join(' and ')}`;
    (isSame ? facts : failures).push(`${fact}; they must be the same.`);
  }
  return { facts, failures };
}

/** Dispatches of one chunk of a convolution tail with so many channels. */
function plannedDispatches(channels: number): number {
  const filters = 16;
  const node = (
    name: string,
    operation: TailNode['operation'],
    shape: readonly number[],
    index: number,
  ): TailNode => ({
    name,
    operation,
    inputs: index === 0 ? [] : [index - 1],
    shape,
  });
  const tail: Tail = {
    nodes: [
      node('target', { kind: 'target' }, [4, 4, channels], 0),
      node(
        'convolution',
        {
          kind: 'convolution',
          filters,
          window: [3, 3],
          strides: [1, 1],
          dilation: [1, 1],
          padBefore: [1, 1],
          kernel: new Float32Array(9 * channels * filters),
          bias: null,
        },
        [4, 4, filters],
        1,
      ),
      node('relu', { kind: 'activation', function: 'relu' }, [4, 4, filters], 2),
      node('pooling', { kind: 'global-pool', reduction: 'average' }, [filters], 3),
      node(
        'dense',
        { kind: 'dense', units: 10, kernel: new Float32Array(filters * 10), bias: null },
        [10],
        4,
      ),
    ],
    target: 0,
    output: 4,
    scoreFunction: 'softmax',
  };
  return describePlan(planTail(tail)).dispatches;
}
