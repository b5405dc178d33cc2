import { CliError } from '../../errors.ts';
import { shardsOf, STATE, STATES, type SetPlan } from '@ablation-cam/model/results';
import type { SetResultGroup } from '../result/result.ts';

/** States that are read together. */
const ROWS = 2 ** 20;

/**
 * Ends a result: checks that all shards are there, counts, and writes the metadata in one place.
 *
 * @param seconds that explaining took, where that is known
 * @throws CliError where shards are missing
 */
export async function mergeResult(
  result: SetResultGroup,
  seconds: number | null,
): Promise<NonNullable<SetPlan['summary']>> {
  const missing = await result.missing();
  const [first] = missing;
  if (first !== undefined) {
    throw new CliError(
      `${missing.length} of ${shardsOf(result.plan)} shards of ${result.store.name} are missing, such as ${first}. ` +
        'Run explain-set again as before: it explains what is missing.',
    );
  }
  const { count } = result.plan.data;
  let failed = 0;
  for (let at = 0; at < count; at += ROWS) {
    const states = await result.read<Uint8Array>(STATES.path, at, Math.min(ROWS, count - at));
    failed += states.filter((state) => state === STATE.failed).length;
  }
  const earlier = result.plan.summary?.seconds ?? null;
  const summary = { explained: count - failed, failed, seconds: seconds ?? earlier };
  await result.finish(summary);
  return summary;
}
