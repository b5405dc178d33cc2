import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertRefused } from '@ablation-cam/tools/testing';
import { CliError } from '../src/errors.ts';
import { QueueError } from '../src/explain-set/queue/database.ts';
import { QueueWorker, type JobQueue, type JobRunner } from '../src/explain-set/queue/queue-worker.ts';
import type { TakenShards } from '../src/explain-set/queue/shard-queue.ts';

const test = suite('a worker of the queue');

const { signal } = new AbortController();
const gone = new QueueError('The queue is gone.', {});

/** A queue of some jobs, which tells what becomes of them, and whose calls fail as often as is said. */
class TestQueue implements JobQueue {
  readonly beatSeconds = 60;
  readonly told: string[] = [];
  readonly #waiting: TakenShards[];
  readonly #failures: Record<string, number>;

  constructor(jobs: readonly number[], failures: Record<string, number> = {}) {
    this.#waiting = jobs.map((shard) => ({
      ...{ id: `job ${shard}`, queue: 'queue', shards: [shard], result: '/result' },
    }));
    this.#failures = failures;
  }

  take(): Promise<TakenShards | null> {
    return Promise.resolve(this.#waiting.shift() ?? null);
  }

  done(job: TakenShards): Promise<void> {
    return this.#tell('done', job);
  }

  failed(job: TakenShards, reason: string): Promise<void> {
    return this.#tell('failed', job, `: ${reason}`);
  }

  beat(): Promise<void> {
    return Promise.resolve();
  }

  async #tell(what: string, { id }: TakenShards, more = ''): Promise<void> {
    const left = this.#failures[what] ?? 0;
    if (left > 0) {
      this.#failures[what] = left - 1;
      throw gone;
    }
    this.told.push(`${id} ${what}${more}`);
    return Promise.resolve();
  }
}

/** Runners in the order in which they are opened; the shards that one fails at. */
function runners(...failing: (readonly number[])[]) {
  const opened: { isClosed: boolean }[] = [];
  const open = (): Promise<JobRunner> => {
    const own = { isClosed: false };
    const fails = failing[opened.length] ?? [];
    opened.push(own);
    return Promise.resolve({
      result: { hasShard: () => Promise.resolve(false) },
      runner: {
        run: async (shards, { onShard }) => {
          assert.is(own.isClosed, false);
          for await (const shard of shards) {
            if (fails.includes(shard)) throw new CliError('A thread has ended.');
            await onShard({ shard, samples: 1, failed: 0 });
          }
        },
      },
      close: () => {
        own.isClosed = true;
        return Promise.resolve();
      },
    });
  };
  return { opened, open };
}

const silent = (): void => undefined;

test('what broke at a job is not used for the next', async () => {
  const queue = new TestQueue([0, 1]);
  const { opened, open } = runners([0]);
  const worker = new QueueWorker(queue, silent, open);
  while (await worker.work(signal));
  await worker.close();
  assert.equal(queue.told, ['job 0 failed: A thread has ended.', 'job 1 done']);
  assert.equal(opened, [{ isClosed: true }, { isClosed: true }]);
});

test('a job that the queue could not be told of is told in the end, as what it is', async () => {
  const done = new TestQueue([0, 1], { done: 1 });
  const all = runners();
  const worker = new QueueWorker(done, silent, all.open);
  await assertRefused(() => worker.work(signal), QueueError, /gone/);
  await worker.close();
  assert.equal(done.told, ['job 0 done']);
  assert.equal(all.opened, [{ isClosed: true }]);

  const failed = new TestQueue([0], { failed: 1 });
  const other = new QueueWorker(failed, silent, runners([0]).open);
  await assertRefused(() => other.work(signal), QueueError, /gone/);
  await other.close();
  assert.equal(failed.told, ['job 0 failed: A thread has ended.']);
});

test('a queue that is gone is not asked for each job, and its worker closes all the same', async () => {
  const queue = new TestQueue([0], { done: 2, failed: 2 });
  const { opened, open } = runners();
  const worker = new QueueWorker(queue, silent, open);
  await assertRefused(() => worker.work(signal), QueueError, /gone/);
  await worker.close();
  assert.equal(queue.told, []);
  assert.equal(opened, [{ isClosed: true }]);
});

test.run();
