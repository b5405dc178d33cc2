import type { LoadedModel } from '@ablation-cam/model';
import type { SetResultGroup } from '../result/result.ts';
import type { SetProgress } from './set-progress.ts';
import { ShardRunner } from './shard-runner.ts';

/**
 * Explains shards in this process, one after the other, until all are done or an abort; the shard under way is ended.
 *
 * @throws what `ShardRunner` throws
 */
export async function runHere(
  result: SetResultGroup,
  loaded: LoadedModel,
  shards: readonly number[],
  progress: SetProgress,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const runner = await ShardRunner.create(result, loaded);
  const onSample = (isFailed: boolean): void => {
    progress.sample(isFailed);
  };
  try {
    await runner.run(shards, { onSample, onShard: () => undefined }, signal);
  } finally {
    await runner.close();
  }
}
