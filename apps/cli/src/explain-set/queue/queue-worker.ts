import { isExpected } from '../../errors.ts';
import { printError } from '../../print.ts';
import { openStore } from '../result/open-store.ts';
import { openRunner, type ResultRunner } from '../run/open-result.ts';
import type { ShardQueue, TakenShards } from './shard-queue.ts';

/** A job that this worker has, and which of its shards are still to be written. */
interface HeldJob {
  readonly taken: TakenShards;
  readonly left: Set<number>;
}

/**
 * Explains shards of a queue as one stream as long as they are of one result: the next job is taken while the one before is computed.
 * What it has prepared for a result it keeps until a job of another one comes.
 */
export class QueueWorker {
  readonly #queue: ShardQueue;
  readonly #print: (line: string) => void;
  /** In the order in which they were taken. */
  readonly #held: HeldJob[] = [];
  #opened: { readonly path: string; readonly runner: ResultRunner } | null = null;

  constructor(queue: ShardQueue, print: (line: string) => void) {
    this.#queue = queue;
    this.#print = print;
  }

  /**
   * Takes a job and works until none of its result waits, one has failed, or an abort; then the shard under way is ended.
   *
   * @returns whether there was a job
   * @throws what is no fault of a job, such as that the queue is gone
   */
  async work(signal: AbortSignal): Promise<boolean> {
    const first = (this.#held[0] ?? (await this.#take()))?.taken;
    if (first === undefined) return false;
    const beating = setInterval(() => {
      // One that is missed is made up for by the next.
      for (const { taken } of this.#held) this.#queue.beat(taken).catch(() => undefined);
    }, 1000 * this.#queue.beatSeconds);
    try {
      const opened = await this.#runnerOf(first.result);
      const onShard = ({ shard }: { readonly shard: number }): Promise<void> =>
        this.#done(first.result, shard);
      await opened.runner.run(
        this.#shardsOf(opened, first.result, signal),
        { onSample: () => undefined, onShard },
        signal,
      );
    } catch (error) {
      if (!isExpected(error)) throw error;
      await this.#fail(error);
    } finally {
      clearInterval(beating);
    }
    return true;
  }

  /** Gives back what it has not done, so that others need not wait until it has been silent for long enough. */
  async close(): Promise<void> {
    for (const { taken } of this.#held.splice(0)) {
      await this.#queue.failed(taken, 'Its worker was ended.').catch(() => undefined);
    }
    await this.#closeRunner();
  }

  async #closeRunner(): Promise<void> {
    await this.#opened?.runner.close();
    this.#opened = null;
  }

  /** Yields the shards of the jobs that are held, then of more of them, as long as they are of this result. */
  async *#shardsOf(
    { result }: ResultRunner,
    path: string,
    signal: AbortSignal,
  ): AsyncGenerator<number, void, undefined> {
    const begun = new Set<HeldJob>();
    while (!signal.aborted) {
      const job = this.#held.find((own) => !begun.has(own)) ?? (await this.#take());
      if (job?.taken.result !== path) return;
      begun.add(job);
      for (const shard of job.left) {
        // It may be there from a worker that was taken for gone.
        if (await result.hasShard(shard)) await this.#done(path, shard);
        else yield shard;
      }
    }
  }

  async #take(): Promise<HeldJob | null> {
    const taken = await this.#queue.take();
    if (taken === null) return null;
    const job = { taken, left: new Set(taken.shards) };
    this.#held.push(job);
    return job;
  }

  async #done(path: string, shard: number): Promise<void> {
    const job = this.#held.find(({ taken, left }) => taken.result === path && left.has(shard));
    this.#print(`explained shard ${shard} of ${path}`);
    job?.left.delete(shard);
    if (job?.left.size !== 0) return;
    this.#held.splice(this.#held.indexOf(job), 1);
    await this.#queue.done(job.taken);
  }

  /** The first job that is not done has failed; those behind it are tried again. */
  async #fail({ message }: Error): Promise<void> {
    const job = this.#held.shift();
    if (!job) return;
    printError(`${job.taken.result}: ${message}`);
    await this.#queue.failed(job.taken, message);
  }

  async #runnerOf(path: string): Promise<ResultRunner> {
    if (this.#opened?.path === path) return this.#opened.runner;
    await this.#closeRunner();
    const runner = await openRunner(await openStore(path));
    this.#opened = { path, runner };
    return runner;
  }
}
