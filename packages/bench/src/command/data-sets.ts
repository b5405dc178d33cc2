import { join } from 'node:path';
import { wasmFolder } from '#platform';
import { dataSetCases } from '../data-set/data-set-case.ts';
import { measureSet } from '../data-set/measure-set.ts';
import { environmentOf } from '../measure/environment.ts';
import { named } from '../named.ts';
import { openRuntime } from '../open-case/runtime.ts';
import { RESULTS_VERSION, type BenchRun, type DataSetResult, type Skipped } from '../results/result.ts';
import type { BenchHooks, BenchRequest } from '../run-bench.ts';
import { REPOSITORY } from './repository.ts';

/** Rounds are minutes, not moments. */
const ROUNDS = 5;

/**
 * `pnpm bench --data-sets`: times the command `explain-set` of this checkout, one set after the other.
 *
 * @throws BenchError `invalid-option` where a name fits no set
 */
export async function runDataSets(
  { cases, rounds = ROUNDS, adapter = 'auto' }: BenchRequest,
  { signal, onStep }: BenchHooks,
): Promise<BenchRun> {
  const chosen =
    cases === undefined ? dataSetCases : named(dataSetCases, cases, ({ name }) => name, 'data set');
  const runtime = await openRuntime({ adapter, wasmPath: wasmFolder() });
  try {
    const environment = environmentOf(runtime, 'data-sets', null, null);
    const dataSets: DataSetResult[] = [];
    const skipped: Skipped[] = [];
    for (const [index, setCase] of chosen.entries()) {
      const { name } = setCase;
      try {
        const measured = await measureSet(setCase, {
          program: [process.execPath, join(REPOSITORY, 'apps', 'cli', 'run.mjs')],
          rounds,
          signal,
          onStep: (what) => {
            onStep(index, chosen.length, `${name}: ${what}`);
          },
        });
        dataSets.push(measured);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        skipped.push({ case: name, reason, isFailure: !signal.aborted });
      }
    }
    return {
      version: RESULTS_VERSION,
      environment,
      ...{ cases: [], results: [], untimed: [], preparation: [], endToEnd: [] },
      dataSets,
      skipped,
    };
  } finally {
    runtime.dispose();
  }
}
