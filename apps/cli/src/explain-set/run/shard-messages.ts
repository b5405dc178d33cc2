import type { ShardOutcome } from './shard-runner.ts';

/** The command that a worker process runs. */
export const SHARDS_COMMAND = 'explain-shards';

/** What a worker process is told. */
export interface ShardOrder {
  readonly shard: number;
}

/** What it says. */
export type ShardMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'samples'; readonly explained: number; readonly failed: number }
  | { readonly kind: 'done'; readonly shard: number; readonly outcome: ShardOutcome }
  /** It cannot go on, and neither could another one. */
  | { readonly kind: 'failed'; readonly message: string };
