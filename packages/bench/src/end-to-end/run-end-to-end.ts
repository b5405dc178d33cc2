import type { Effort } from '../measure/effort.ts';
import type { EndToEndResult, Skipped } from '../results/result.ts';
import type { BenchHooks } from '../run-bench.ts';
import type { Engine } from '../open-case/engine.ts';
import type { BenchRuntime } from '../open-case/runtime.ts';
import type { EndToEndCase } from './end-to-end-case.ts';
import { measureEndToEnd } from './measure.ts';

export interface EndToEndRequest {
  readonly networks: readonly EndToEndCase[];
  readonly engines: readonly Engine[];
  readonly effort: Pick<Effort, 'rounds' | 'limitMs' | 'networkMs'>;
}

/**
 * Measures networks one after the other, each on all engines; what fails, is not here or has no time left is told.
 *
 * @param start when the run began, on the clock of `performance.now()`
 */
export async function runEndToEnd(
  { networks, engines, effort }: EndToEndRequest,
  runtime: BenchRuntime,
  start: number,
  { signal, onStep }: BenchHooks,
): Promise<{ readonly results: readonly EndToEndResult[]; readonly skipped: readonly Skipped[] }> {
  const results: EndToEndResult[] = [];
  const skipped: Skipped[] = [];
  const isOver = (): boolean => signal.aborted || performance.now() > start + effort.limitMs;
  const skip = (name: string, reason: string, isFailure = false): void => {
    skipped.push({ case: name, reason, isFailure });
  };
  const absences = new Map(engines.map((engine) => [engine, runtime.absenceOf(engine)]));
  const here = engines.filter((engine) => absences.get(engine) === null);
  if (networks.length > 0) {
    for (const [engine, absence] of absences)
      if (absence !== null) skip(`whole networks on ${engine}`, absence);
  }
  for (const [index, network] of networks.entries()) {
    const { name } = network;
    const absence = (await network.absence?.()) ?? null;
    if (absence !== null || here.length === 0) {
      if (absence !== null) skip(name, absence);
      continue;
    }
    if (isOver()) {
      skip(name, 'no time was left');
      continue;
    }
    try {
      const measured = await measureEndToEnd(network, here, runtime, {
        rounds: effort.rounds,
        caseMs: effort.networkMs,
        signal,
        onStep: (what) => {
          onStep(index, networks.length, `${name}: ${what}`);
        },
      });
      results.push(...measured);
    } catch (error) {
      // What other networks took minutes for is not lost.
      if (isOver()) skip(name, 'no time was left');
      else skip(name, error instanceof Error ? error.message : String(error), true);
    }
  }
  return { results, skipped };
}
