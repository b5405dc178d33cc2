import { setTimeout as sleep } from 'node:timers/promises';
import { assertRefused } from '@ablation-cam/tools/testing';
import { Client } from 'pg';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CliError } from '../src/errors.ts';
import { QueueError } from '../src/explain-set/queue/database.ts';
import { ShardQueue, type QueueOptions } from '../src/explain-set/queue/shard-queue.ts';
import { runWorker } from '../src/explain-set/queue/run-worker.ts';
import { startPostgres, type TestPostgres } from './run-postgres.ts';
import { startLine, type Line } from './support/line-to-postgres.ts';

interface Context {
  postgres: TestPostgres;
  line: Line;
}

const test = suite<Context>('the database of the queue');

test.before(async (context) => {
  context.postgres = await startPostgres();
});

test.after(async ({ postgres }) => {
  await postgres.stop();
});

test.before.each(async (context) => {
  context.line = await startLine(context.postgres.url);
});

test.after.each(async ({ line }) => {
  await line.close();
});

/** Longer than anything takes that ends. */
const LIMIT_MS = 30_000;

async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = new AbortController();
  const limit = sleep(LIMIT_MS, undefined, { signal: late.signal }).then(() => {
    throw new Error('It does not end.');
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    late.abort();
    await limit.catch(() => undefined);
  }
}

/** A queue with a job that was taken, and everything that can be asked of it. */
async function begun(url: string, options: QueueOptions) {
  const queue = await ShardQueue.open(url, options);
  await queue.put('key', '/result', [0, 1]);
  const taken = await queue.take();
  if (!taken) throw new Error('There is no job.');
  const asked: Readonly<Record<string, () => Promise<unknown>>> = {
    take: () => queue.take(),
    put: () => queue.put('key', '/result', [0, 1, 2]),
    isBusy: () => queue.isBusy(),
    beat: () => queue.beat(taken),
    done: () => queue.done(taken),
    failed: () => queue.failed(taken, 'for a test'),
    counts: () => queue.counts('key'),
    dead: () => queue.dead('key'),
  };
  return { queue, asked };
}

test('a database that is silent is waited for so long, then all that is asked is a typed error', async ({
  line,
}) => {
  const { queue, asked } = await begun(line.url, { patience: 0.5 });
  line.silence();
  for (const ask of Object.values(asked)) {
    await inTime(
      assertRefused(ask, QueueError, /^The queue on 127\.0\.0\.1:\d+ fails: (no answer in 0.5 s|.*timeout)/),
    );
  }
  await inTime(queue.close());
  await inTime(
    assertRefused(() => ShardQueue.open(line.url, { patience: 0.5 }), CliError, /Cannot use the queue/),
  );
});

test('connections that nobody uses are closed, whether the database takes leave of them or not', async ({
  line,
}) => {
  const queue = await ShardQueue.open(line.url);
  line.silence();
  const before = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
  await inTime(queue.close());
  const after = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
  assert.ok(after < before, `${after} of ${before} are open`);
});

test('a database that is gone is waited for so long; one that comes back is gone on with', async ({
  line,
}) => {
  const { queue, asked } = await begun(line.url, { patience: 0.5 });
  for (const ask of Object.values(asked)) {
    line.cut();
    await ask();
  }
  line.cut(true);
  for (const ask of Object.values(asked)) {
    await inTime(assertRefused(ask, QueueError, /fails: .*(ECONNRE|terminated).*start again/));
  }
  await queue.close();
});

test('what PostgreSQL refuses is a typed error with its reason, of taking as well', async ({
  line,
  postgres,
}) => {
  const { queue, asked } = await begun(line.url, {});
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  await client.query('ALTER TABLE pgboss.job RENAME TO hidden');
  try {
    for (const [name, ask] of Object.entries(asked)) {
      await inTime(assertRefused(ask, QueueError, /relation "pgboss\.job" does not exist|fails: /)).catch(
        (error: unknown) => {
          throw new Error(`${name}: ${String(error)}`);
        },
      );
    }
  } finally {
    await client.query('ALTER TABLE pgboss.hidden RENAME TO job');
    await client.end();
    await queue.close();
  }
});

test('connections that the database ends, idle or asked, end neither the process nor the work', async ({
  line,
  postgres,
}) => {
  const { queue, asked } = await begun(line.url, {});
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  const terminate = (): Promise<unknown> =>
    client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
  for (const ask of Object.values(asked)) {
    await terminate();
    // Until it is told of that.
    await sleep(50);
    const asking = ask();
    await terminate();
    await asking;
  }
  await client.end();
  await queue.close();
});

test('a worker whose database dies ends with a typed error and leaves nothing open', async ({ line }) => {
  const running = runWorker({ queue: line.url, patience: 0.5 }, new AbortController().signal);
  const ended = assertRefused(() => running, QueueError, /no answer in 0.5 s|timeout/);
  while (line.connected === 0) await sleep(10);
  await sleep(300);
  line.silence();
  await inTime(ended);
});

test('an address that cannot be read is refused in one sentence', async () => {
  for (const url of ['postgres://[', 'postgres://me:hidden@host:port/none']) {
    await assertRefused(() => ShardQueue.open(url), CliError, /^--queue cannot be read: (?!.*hidden)/);
  }
});

test.run();
