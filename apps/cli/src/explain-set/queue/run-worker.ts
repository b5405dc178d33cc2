import { setTimeout as sleep } from 'node:timers/promises';
import { releaseDevice } from '@ablation-cam/xai';
import { print } from '../../print.ts';
import { loadTensorFlow } from '../../tensorflow.ts';
import { keepHeapSteady } from '../run/steady-heap.ts';
import { QueueWorker } from './queue-worker.ts';
import { ShardQueue } from './shard-queue.ts';

/** The command line of `explain-worker`. */
export interface WorkerRequest {
  readonly queue: string;
  /** Ends when there is nothing left to do, by anybody. */
  readonly untilEmpty?: true | undefined;
  readonly silence?: number | undefined;
  /** As of `QueueOptions`. */
  readonly patience?: number | undefined;
}

/** Before a queue that was empty is asked again. */
const IDLE_MS = 500;

/** Carries `explain-worker` out: takes shards from the queue, of whatever results, until an abort. */
export async function runWorker(
  { queue: url, untilEmpty, silence, patience }: WorkerRequest,
  signal: AbortSignal,
): Promise<void> {
  const queue = await ShardQueue.open(url, { silence, patience });
  try {
    keepHeapSteady();
    await loadTensorFlow();
    await workOn(queue, untilEmpty === true, signal);
  } finally {
    await queue.close();
    await releaseDevice();
  }
}

async function workOn(queue: ShardQueue, untilEmpty: boolean, signal: AbortSignal): Promise<void> {
  const worker = new QueueWorker(queue, print);
  try {
    while (!signal.aborted) {
      if (await worker.work(signal)) continue;
      if (untilEmpty && !(await queue.isBusy())) return;
      await sleep(IDLE_MS, undefined, { signal }).catch(() => undefined);
    }
    signal.throwIfAborted();
  } finally {
    await worker.close();
  }
}
