/** The command that a worker process runs. */
export const SHARDS_COMMAND = 'explain-shards';

/** What a worker process is told: the shard that it has asked for, null where there is none; or to end behind the one it is at. */
export type ShardOrder =
  { readonly kind: 'shard'; readonly shard: number | null } | { readonly kind: 'stop' };

/** What it says. */
export type ShardMessage =
  /** It reads the next shard from now on, while it computes the one it has. */
  | { readonly kind: 'next' }
  | { readonly kind: 'samples'; readonly explained: number; readonly failed: number }
  | { readonly kind: 'done'; readonly shard: number }
  /** It has done what it was to do. */
  | { readonly kind: 'ended' }
  /** It cannot go on, and neither could another one. */
  | { readonly kind: 'failed'; readonly message: string };
