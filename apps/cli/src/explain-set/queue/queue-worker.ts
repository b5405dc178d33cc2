import { isExpected } from '../../errors.ts';
import { printError } from '../../print.ts';
import { openStore } from '../result/open-store.ts';
import { openRunner, type ResultRunner } from '../run/open-result.ts';
import { QueueError } from './database.ts';
import type { ShardQueue, TakenShards } from './shard-queue.ts';

/** Where jobs come from and go to. */
export type JobQueue = Pick<ShardQueue, 'take' | 'done' | 'failed' | 'beat' | 'beatSeconds'>;

/** What explains the shards of a job. */
export interface JobRunner {
  readonly result: Pick<ResultRunner['result'], 'hasShard'>;
  readonly runner: Pick<ResultRunner['runner'], 'run'>;
  close(): Promise<void>;
}

/** A job that this worker has, and which of its shards are still to be written. */
interface HeldJob {
  readonly taken: TakenShards;
  readonly left: Set<number>;
  /** Why it was not done. */
  failure: string | null;
}

/**
 * Explains shards of a queue as one stream as long as they are of one result: the next job is taken while the one before is computed.
 * What it has prepared for a result it keeps until a job of another one comes.
 */
export class QueueWorker {
  readonly #queue: JobQueue;
  readonly #print: (line: string) => void;
  readonly #openRunner: (path: string) => Promise<JobRunner>;
  /** In the order in which they were taken. */
  readonly #held: HeldJob[] = [];
  #opened: { readonly path: string; readonly runner: JobRunner } | null = null;

  /** @param openRunner for the result at a path */
  constructor(
    queue: JobQueue,
    print: (line: string) => void,
    openRunner: (path: string) => Promise<JobRunner> = openRunnerAt,
  ) {
    this.#queue = queue;
    this.#print = print;
    this.#openRunner = openRunner;
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
    const stopBeating = this.#beat();
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
      // What is broken - a thread of it, a device - would fail all jobs to come.
      await this.#closeRunner();
      if (error instanceof QueueError || !isExpected(error)) throw error;
      await this.#fail(error);
    } finally {
      stopBeating();
    }
    return true;
  }

  /** Gives back what it has not done, so that others need not wait until it has been silent for long enough. */
  async close(): Promise<void> {
    try {
      for (const job of this.#held.splice(0)) await this.#giveBack(job);
    } catch (error) {
      // Others take them when this worker has been silent for long enough.
      if (!(error instanceof QueueError)) throw error;
    } finally {
      await this.#closeRunner();
    }
  }

  /** Says again and again that the jobs are still worked at. */
  #beat(): () => void {
    let isBeating = false;
    const beat = async (): Promise<void> => {
      if (isBeating) return;
      isBeating = true;
      // One that is missed is made up for by the next.
      await Promise.allSettled(this.#held.map(({ taken }) => this.#queue.beat(taken)));
      isBeating = false;
    };
    const timer = setInterval(() => void beat(), 1000 * this.#queue.beatSeconds);
    return () => {
      clearInterval(timer);
    };
  }

  /** Tells the queue what became of a job. */
  async #giveBack({ taken, left, failure }: HeldJob): Promise<void> {
    if (left.size === 0) await this.#queue.done(taken);
    else await this.#queue.failed(taken, failure ?? 'Its worker was ended.');
  }

  async #closeRunner(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    await opened?.runner.close();
  }

  /** Yields the shards of the jobs that are held, then of more of them, as long as they are of this result. */
  async *#shardsOf(
    { result }: JobRunner,
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
    const job = { taken, left: new Set(taken.shards), failure: null };
    this.#held.push(job);
    return job;
  }

  async #done(path: string, shard: number): Promise<void> {
    const job = this.#held.find(({ taken, left }) => taken.result === path && left.has(shard));
    this.#print(`explained shard ${shard} of ${path}`);
    job?.left.delete(shard);
    if (job?.left.size !== 0) return;
    await this.#endJob(job);
  }

  /** The first job that is not done has failed; those behind it are tried again. */
  async #fail({ message }: Error): Promise<void> {
    const job = this.#held.find(({ left }) => left.size > 0);
    if (!job) return;
    printError(`${job.taken.result}: ${message}`);
    job.failure = message;
    await this.#endJob(job);
  }

  /** A job that the queue cannot be told of stays held, to be given back in the end. */
  async #endJob(job: HeldJob): Promise<void> {
    await this.#giveBack(job);
    this.#held.splice(this.#held.indexOf(job), 1);
  }

  async #runnerOf(path: string): Promise<JobRunner> {
    if (this.#opened?.path === path) return this.#opened.runner;
    await this.#closeRunner();
    const runner = await this.#openRunner(path);
    this.#opened = { path, runner };
    return runner;
  }
}

async function openRunnerAt(path: string): Promise<ResultRunner> {
  return openRunner(await openStore(path));
}
