import { CliError } from '../../errors.ts';
import { contentOf } from '../reading/content.ts';
import { CONTENT, shardRange } from '@ablation-cam/model/results';
import type { SetResultGroup } from '../result/result.ts';
import { openSource } from '../samples/sample-source.ts';
import type { Entry } from '../samples/samples.ts';

/** Clocks of this machine and of where the files lie may differ by so much, in milliseconds. */
const CLOCKS_MS = 600_000;

/**
 * Holds the files that were changed since a result was begun against what its finished shards were explained from. Where only dates
 * are others, as in a copy, that takes reading them.
 *
 * @param entries the samples of the result, in its order
 * @throws CliError that names the first file that holds something else
 */
export async function refuseChanged(result: SetResultGroup, entries: readonly Entry[]): Promise<void> {
  const { plan } = result;
  const since = Date.parse(plan.begun) - CLOCKS_MS;
  if (entries.every(({ changed }) => changed <= since)) return;
  const missing = new Set(await result.missing());
  const source = await openSource(plan.data.source);
  try {
    for (let shard = 0, at = 0; at < entries.length; shard++, at += plan.shard) {
      if (missing.has(shard)) continue;
      const { first, count } = shardRange(plan, shard);
      const own = entries.slice(first, first + count);
      if (own.every(({ changed }) => changed <= since)) continue;
      const known = await result.read<Uint8Array>(CONTENT.path, first, count);
      const length = known.length / count;
      for (const [row, { source: name, changed }] of own.entries()) {
        if (changed <= since) continue;
        const content = contentOf(await source.bytesOf(name));
        if (content.every((byte, i) => byte === known[row * length + i])) continue;
        throw new CliError(
          `${name} of ${plan.data.source} was changed after ${result.store.name} explained it. Put the file back, or choose another --out.`,
        );
      }
    }
  } finally {
    await source.close();
  }
}
