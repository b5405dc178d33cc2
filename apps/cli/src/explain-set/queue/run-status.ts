import { print, printJson } from '../../print.ts';
import { shardsOf } from '@ablation-cam/model/results';
import { openStore } from '../result/open-store.ts';
import { openResult } from '../run/open-result.ts';
import { ShardQueue } from './shard-queue.ts';

/** Shards that are named. */
const SHOWN = 10;

/** Carries `explain-set status` out: how far a result is, and what its queue says. @throws CliError */
export async function runStatus(out: string, url: string | undefined, json: true | undefined): Promise<void> {
  const { plan, ...result } = await statusOf(out);
  const queue = url === undefined ? null : await queueStatus(url, plan.key);
  if (json) {
    printJson({ result: out, ...result, queue });
    return;
  }
  print(
    `${out}: ${result.done} of ${result.shards} shards, ${plan.data.count} samples of ${plan.data.source}`,
  );
  if (!queue) return;
  const { waiting, active, retrying, dead } = queue;
  print(`queue: ${waiting} waiting, ${active} active, ${retrying} to be tried again, ${dead} given up`);
  for (const { shards, reason } of queue.reasons.slice(0, SHOWN)) {
    print(
      `  ${shards.length === 1 ? 'shard' : `${shards.length} shards from`} ${shards[0] ?? ''}: ${reason}`,
    );
  }
}

async function statusOf(out: string) {
  const result = await openResult(await openStore(out));
  const shards = shardsOf(result.plan);
  const missing = await result.missing();
  return { plan: result.plan, shards, done: shards - missing.length };
}

async function queueStatus(url: string, key: string) {
  const queue = await ShardQueue.open(url);
  try {
    return { ...(await queue.counts(key)), reasons: await queue.dead(key) };
  } finally {
    await queue.close();
  }
}
