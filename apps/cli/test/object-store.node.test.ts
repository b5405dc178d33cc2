import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelError } from '@ablation-cam/model';
import { assertRefused } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CliError } from '../src/errors.ts';
import { openStore } from '../src/explain-set/result/open-store.ts';
import type { StorePatience } from '../src/explain-set/result/s3-requests.ts';
import { S3Store } from '../src/explain-set/result/s3-store.ts';
import type { SetSummary } from '../src/summarize/summary.ts';
import { runCommand } from './run-command.ts';
import { startObjectStore, type ObjectStore } from './support/object-store.ts';
import { STORE_FAULTS, storeFaults, type StoreFault } from './support/store-faults.ts';

const test = suite<{ store: ObjectStore; before: NodeJS.ProcessEnv }>('results in an object store');

test.before(async (context) => {
  context.store = await startObjectStore();
  context.before = { ...process.env };
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'user',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'north',
    AWS_ENDPOINT_URL: context.store.url,
  });
});

test.after(async ({ store, before }) => {
  process.env = before;
  await store.close();
});

test('explain-set writes there what it writes into a folder, goes on there, and summarize reads it', async ({
  store,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'object-store-'));
  const options = ['--limit', '20', '--shard-size', '3', '--workers', '1', '--executor', 'reference'];
  const explain = async (out: string, ...more: string[]): Promise<void> => {
    const args = ['explain-set', 'mnist1d', '--out', out, ...options, '--backend', 'wasm', '--json', ...more];
    const { exitCode, stderr } = await runCommand(args);
    assert.is(exitCode, 0, stderr);
  };
  try {
    const local = join(folder, 'result.zarr');
    const remote = 's3://results/a set/result.zarr';
    await explain(local);
    const seen = new Set<StoreFault>();
    store.fault = storeFaults(1, 0.2, (fault) => seen.add(fault));
    await explain(remote, '--shard', '2/3');
    await explain(remote);
    assert.equal([...seen].sort(), [...STORE_FAULTS].sort());
    store.fault = () => null;
    const names = [...store.objects.keys()].map((key) => key.slice('results/a set/result.zarr/'.length));
    assert.ok(names.length > 20 && names.every((name) => !name.endsWith('.tmp')));
    for (const name of names) {
      if (name === 'zarr.json') continue;
      const object = store.objects.get(`results/a set/result.zarr/${name}`);
      assert.is(object?.toString('base64'), await readFile(join(local, name), 'base64'), name);
    }

    const { exitCode, stdout, stderr } = await runCommand(['summarize', remote, '--json']);
    assert.is(exitCode, 0, stderr);
    const { samples, labelled } = JSON.parse(stdout) as SetSummary;
    assert.equal([samples, labelled], [20, 20]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('of several programs that create an object one does', async ({ store }) => {
  const place = S3Store.open('s3://results/once', process.env);
  const outcomes = await Promise.all([1, 2, 3].map((byte) => place.create('/x', Uint8Array.of(byte))));
  assert.equal(outcomes.filter(Boolean), [true]);
  const winner = outcomes.indexOf(true) + 1;
  assert.equal(Array.from((await place.get('/x')) ?? []), [winner]);
  assert.is(await place.has('/y'), false);
  assert.is(await place.get('/y'), undefined);
  assert.equal(await place.names('/'), ['x']);
  assert.is(store.objects.has('results/once/x'), true);
});

/** As quick as tests are; an answer is there in time however busy the machine is. */
const QUICK: StorePatience = { retries: 3, firstWait: 1, timeout: 10_000 };
/** For answers that never come. */
const HASTY: StorePatience = { ...QUICK, timeout: 50 };

test('requests are repeated where that is safe, and what was torn off is not taken for whole', async ({
  store,
}) => {
  const place = S3Store.open('s3://results/faults', process.env, QUICK);
  const whole = new Uint8Array(100_000).map((_, i) => i);
  for (const fault of STORE_FAULTS) {
    const key = `/${fault}` as const;
    store.fault = (_, __, before) => (before < 2 ? fault : null);
    // A creation that was carried out, though nobody heard of it, is one.
    assert.is(await place.create(key, whole), true, fault);
    assert.is(await place.create(key, Uint8Array.of(1)), false, fault);
    assert.equal(await place.get(key), whole, fault);
    await place.set(key, Uint8Array.of(2));
    assert.is(await place.has(key), true);
    assert.ok((await place.names('/')).includes(fault), fault);
    assert.equal(await place.get(key), Uint8Array.of(2), fault);
  }

  for (const [fault, reason] of [
    ['drop', /^Cannot write http:.*\/for-ever: .*, 4 times\. Check the bucket/],
    ['error', /the store answered 500, We are at fault, 4 times/],
    ['silent', /no answer came in time, 4 times/],
  ] as const) {
    store.fault = () => fault;
    const hasty = S3Store.open('s3://results/faults', process.env, fault === 'silent' ? HASTY : QUICK);
    await assertRefused(() => hasty.set('/for-ever', whole), ModelError, reason);
  }
  store.fault = () => null;
});

test('what is wrong is said in a sentence', async ({ store }) => {
  await assertRefused(
    () => openStore('gs://bucket/x'),
    CliError,
    /a folder or at s3:\/\/bucket\/prefix, not at gs/,
  );
  await assertRefused(() => openStore('s3://'), CliError, /names no bucket/);
  const open = (changed: Record<string, string>) => () =>
    S3Store.open('s3://b', { ...process.env, ...changed }, QUICK);
  await assertRefused(open({ AWS_SECRET_ACCESS_KEY: '' }), CliError, /set AWS_ACCESS_KEY_ID and AWS_SECRET/);
  const stranger = open({ AWS_ACCESS_KEY_ID: 'stranger' })();
  await assertRefused(() => stranger.set('/x', Uint8Array.of(1)), ModelError, /answered 403, Access denied/);
  const nowhere = open({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' })();
  await assertRefused(
    () => nowhere.get('/x'),
    ModelError,
    /Cannot read http:\/\/127\.0\.0\.1:1\/b\/x: .*AWS_ENDPOINT_URL/,
  );
  assert.is(store.objects.has('b/x'), false);
});

test.run();
