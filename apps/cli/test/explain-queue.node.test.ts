import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertRefused } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CliError } from '../src/errors.ts';
import { ShardQueue, type TakenShards } from '../src/explain-set/queue/shard-queue.ts';
import { runCommand, startCommand } from './run-command.ts';
import { startPostgres, type TestPostgres } from './run-postgres.ts';
import { resultFiles } from './support/sets/result-files.ts';

const test = suite<{ postgres: TestPostgres; folder: string }>('the queue of explain-set');

test.before(async (context) => {
  context.postgres = await startPostgres();
  context.folder = await mkdtemp(join(tmpdir(), 'explain-queue-'));
});

test.after(async ({ postgres, folder }) => {
  await postgres.stop();
  await rm(folder, { recursive: true });
});

test('a shard is in the queue once, comes back from a worker that falls silent, and is given up in the end', async ({
  postgres,
}) => {
  const queue = await ShardQueue.open(postgres.url, { silence: 2, retries: { limit: 1, delay: 1 } });
  const take = async (): Promise<TakenShards> => {
    for (let attempt = 0; attempt < 100; attempt++) {
      const taken = await queue.take();
      if (taken) return taken;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('No shard came.');
  };
  assert.is(await queue.put('key', '/result', [0, 1, 2]), 3);
  assert.is(await queue.put('key', '/result', [0, 1, 2, 3]), 4);
  const shards = [await take(), await take(), await take(), await take()];
  assert.equal(
    shards.map(({ shards: own, result }) => [own[0], result]).sort(),
    [0, 1, 2, 3].map((n) => [n, '/result']),
  );
  assert.is(await queue.take(), null);
  await queue.done(shards[0]!);
  await queue.done(shards[1]!);
  // The third worker is heard of and the fourth is not: its shard goes to another one.
  const beating = setInterval(() => void queue.beat(shards[2]!), 500);
  const again = await take();
  clearInterval(beating);
  assert.equal(again.shards, shards[3]!.shards);
  assert.is((await queue.counts('key')).active, 2);
  await queue.done(shards[2]!);
  await queue.failed(again, 'It cannot be done.');
  assert.equal(await queue.counts('key'), { waiting: 0, active: 0, retrying: 0, done: 3, dead: 1 });
  assert.equal(await queue.dead('key'), [{ shards: again.shards, reason: 'It cannot be done.' }]);
  assert.is(await queue.isBusy(), false);
  // What was given up can be put in again.
  assert.is(await queue.put('key', '/result', again.shards), 1);
  await queue.done(await take());
  await queue.close();
});

test('an address where no database is, is refused in one sentence without its password', async () => {
  await assertRefused(() => ShardQueue.open('http://x'), CliError, /no address of PostgreSQL/);
  let message = '';
  await ShardQueue.open('postgres://me:hidden@127.0.0.1:1/none').catch((error: unknown) => {
    message = (error as Error).message;
  });
  assert.match(message, /Cannot use the queue on 127\.0\.0\.1:1: .*ECONNREFUSED/);
  assert.not.match(message, /hidden/);
});

test('workers, one of them killed in its work, leave the bytes of one process', async ({
  postgres,
  folder,
}) => {
  const { url } = postgres;
  const [one, queued] = [join(folder, 'one.zarr'), join(folder, 'queued.zarr')];
  const set = ['explain-set', 'mnist1d', '--limit', '48', '--batch', '4', '--shard-size', '4'];
  const sized = [...set, '--backend', 'wasm', '--executor', 'reference'];
  assert.is((await runCommand([...sized, '--out', one, '--workers', '1'])).exitCode, 0);
  const put = await runCommand([...sized, '--out', queued, '--queue', url, '--silence', '3']);
  assert.match(put.stdout, /^12 of 12 shards are in the queue/);

  const worker = ['explain-worker', '--queue', url, '--until-empty', '--silence', '3'];
  const killed = await startCommand(worker);
  await killed.said(/explained shard/);
  killed.child.kill('SIGKILL');
  const other = await runCommand(worker);
  assert.is(other.exitCode, 0, other.stderr);
  const { exitCode, stdout } = await runCommand(['explain-set', 'status', queued, '--queue', url, '--json']);
  assert.is(exitCode, 0);
  const status = JSON.parse(stdout) as { done: number; queue: { done: number; dead: number } };
  assert.equal([status.done, status.queue.done, status.queue.dead], [12, 12, 0]);
  const merged = await runCommand(['explain-set', 'merge', queued]);
  assert.match(merged.stdout, /^explained 48 samples\n/);
  assert.equal(await resultFiles(queued), await resultFiles(one));
});

test('of many shards a job has several', async ({ postgres }) => {
  const queue = await ShardQueue.open(postgres.url);
  const many = Array.from({ length: 4001 }, (_, shard) => shard);
  assert.is(await queue.put('many', '/many', many), 4001);
  assert.is(await queue.put('many', '/many', many), 4001);
  assert.is((await queue.take())?.shards.length, 3);
  assert.equal(await queue.counts('many'), { waiting: 3998, active: 3, retrying: 0, done: 0, dead: 0 });
  await queue.close();
});

test.run();
