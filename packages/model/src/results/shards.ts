import type { SetPlan } from './set-plan.ts';

/** Returns how many shards a plan has. */
export function shardsOf({ data, shard }: Pick<SetPlan, 'data' | 'shard'>): number {
  return Math.ceil(data.count / shard);
}

/** Names that a chunk of the list holds at most, some megabytes. */
const LIST_ROWS = 2 ** 16;

/** Returns the samples of a chunk of the list, which is written at once by whoever begins: some whole shards. */
export function listRows({ data, shard }: Pick<SetPlan, 'data' | 'shard'>): number {
  const most = Math.min(LIST_ROWS, Math.ceil(data.count / shard) * shard);
  return shard * Math.max(1, Math.floor(most / shard));
}

/** Returns the first sample of a shard, and how many it has. */
export function shardRange(
  plan: Pick<SetPlan, 'data' | 'shard'>,
  shard: number,
): { readonly first: number; readonly count: number } {
  const first = shard * plan.shard;
  return { first, count: Math.min(plan.shard, plan.data.count - first) };
}
