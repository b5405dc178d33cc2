import { setTimeout as sleep } from 'node:timers/promises';
import { releaseDevice } from '@ablation-cam/xai';
import { isExpected } from '../../errors.ts';
import { print, printError } from '../../print.ts';
import { loadTensorFlow } from '../../tensorflow.ts';
import { openStore } from '../result/open-store.ts';
import { openRunner, type ResultRunner } from '../run/open-result.ts';
import { ShardQueue, type TakenShards } from './shard-queue.ts';

/** The command line of `explain-worker`. */
export interface WorkerRequest {
  readonly queue: string;
  /** Ends when there is nothing left to do, by anybody. */
  readonly untilEmpty?: true | undefined;
  readonly silence?: number | undefined;
}

/** Before a queue that was empty is asked again. */
const IDLE_MS = 500;

/** Carries `explain-worker` out: takes shards from the queue, of whatever results, until an abort. */
export async function runWorker(
  { queue: url, untilEmpty, silence }: WorkerRequest,
  signal: AbortSignal,
): Promise<void> {
  const queue = await ShardQueue.open(url, { silence });
  const worker = new QueueWorker(queue);
  await loadTensorFlow();
  try {
    while (!signal.aborted) {
      const taken = await queue.take();
      if (taken) await worker.explain(taken, signal);
      else if (untilEmpty && !(await queue.isBusy())) return;
      else await sleep(IDLE_MS, undefined, { signal }).catch(() => undefined);
    }
    signal.throwIfAborted();
  } finally {
    await worker.close();
    await queue.close();
    await releaseDevice();
  }
}

/** Explains shards, keeping what it has prepared for a result until a shard of another one comes. */
class QueueWorker {
  readonly #queue: ShardQueue;
  #opened: { readonly path: string; readonly runner: ResultRunner } | null = null;

  constructor(queue: ShardQueue) {
    this.#queue = queue;
  }

  async explain(taken: TakenShards, signal: AbortSignal): Promise<void> {
    const beating = setInterval(() => {
      // One that is missed is made up for by the next.
      this.#queue.beat(taken).catch(() => undefined);
    }, 1000 * this.#queue.beatSeconds);
    try {
      const { runner, result } = await this.#runnerOf(taken.result);
      for (const shard of taken.shards) {
        signal.throwIfAborted();
        // It may be there from a worker that was taken for gone.
        if (!(await result.hasShard(shard))) await runner.run(shard, () => undefined);
        print(`explained shard ${shard} of ${taken.result}`);
      }
      await this.#queue.done(taken);
    } catch (error) {
      if (!isExpected(error)) throw error;
      printError(`${taken.result}: ${error.message}`);
      await this.#queue.failed(taken, error.message);
    } finally {
      clearInterval(beating);
    }
  }

  async close(): Promise<void> {
    await this.#opened?.runner.close();
    this.#opened = null;
  }

  async #runnerOf(path: string): Promise<ResultRunner> {
    if (this.#opened?.path === path) return this.#opened.runner;
    await this.close();
    const runner = await openRunner(await openStore(path));
    this.#opened = { path, runner };
    return runner;
  }
}
