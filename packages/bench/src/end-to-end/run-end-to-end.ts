import type { Effort } from '../measure/effort.ts';
import type { EndToEndResult, Skipped } from '../results/result.ts';
import type { BenchHooks } from '../run-bench.ts';
import type { BenchBackend, BenchRuntime } from '../open-case/runtime.ts';
import type { EndToEndCase } from './end-to-end-case.ts';
import { measureEndToEnd } from './measure.ts';

export interface EndToEndRequest {
  readonly networks: readonly EndToEndCase[];
  readonly backends: readonly BenchBackend[];
  readonly effort: Pick<Effort, 'rounds' | 'limitMs' | 'networkMs'>;
}

/**
 * Measures networks on backends one after the other; what fails or has no time left is told.
 *
 * @param start when the run began, on the clock of `performance.now()`
 */
export async function runEndToEnd(
  { networks, backends, effort }: EndToEndRequest,
  runtime: BenchRuntime,
  start: number,
  { signal, onStep }: BenchHooks,
): Promise<{ readonly results: readonly EndToEndResult[]; readonly skipped: readonly Skipped[] }> {
  const results: EndToEndResult[] = [];
  const skipped: Skipped[] = [];
  const units = networks.flatMap((network) => backends.map((backend) => ({ network, backend })));
  const isOver = (): boolean => signal.aborted || performance.now() > start + effort.limitMs;
  for (const [index, { network, backend }] of units.entries()) {
    const name = `${network.name} on ${backend}`;
    const skip = (reason: string, isFailure: boolean): void => {
      skipped.push({ case: name, reason, isFailure });
    };
    if (isOver()) {
      skip('no time was left', false);
      continue;
    }
    if (!runtime.backends.includes(backend)) {
      skip(runtime.absence ?? `there is no backend ${backend}`, false);
      continue;
    }
    try {
      const measured = await measureEndToEnd(network, backend, runtime, {
        rounds: effort.rounds,
        caseMs: effort.networkMs,
        signal,
        onStep: (what) => {
          onStep(index, units.length, `${name}: ${what}`);
        },
      });
      results.push(measured);
    } catch (error) {
      // What other networks took minutes for is not lost.
      if (isOver()) skip('no time was left', false);
      else skip(error instanceof Error ? error.message : String(error), true);
    }
  }
  return { results, skipped };
}
