import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeNpy, generateMnist1d, ModelError } from '@ablation-cam/model';
import { createExplainer, embeddedModel, releaseDevice } from '@ablation-cam/xai';
import { assertClose, assertRefused } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { get, open, root } from 'zarrita';
import { CliError } from '../src/errors.ts';
import { contentOf } from '../src/explain-set/reading/content.ts';
import { openStore } from '../src/explain-set/result/open-store.ts';
import type { SetPlan } from '@ablation-cam/model/results';
import { SetResultGroup } from '../src/explain-set/result/result.ts';
import { FolderStore } from '../src/explain-set/result/store.ts';
import { modelHash } from '../src/explain-set/run/identity.ts';
import { openResult } from '../src/explain-set/run/open-result.ts';
import { refuseChanged } from '../src/explain-set/run/refuse-changed.ts';
import { ShardRows } from '../src/explain-set/run/shard-rows.ts';
import { listSource } from '../src/explain-set/samples/list-source.ts';
import { listSamples } from '../src/explain-set/samples/sample-source.ts';
import type { SetSummary } from '../src/summarize/summary.ts';
import { summarizeResult } from '../src/summarize/summarize-result.ts';
import { runCommand, type CommandRun } from './run-command.ts';
import { resultFiles } from './support/sets/result-files.ts';

const test = suite<{ folder: string; signals: string }>('explain-set');

const SAMPLES = 22;
/** Its values are no numbers. */
const BROKEN = 9;
const LENGTH = 40;

test.before(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'explain-set-'));
  context.signals = join(context.folder, 'signals.npy');
  const values = Float32Array.from(generateMnist1d().test.signals.subarray(0, SAMPLES * LENGTH));
  values.fill(NaN, BROKEN * LENGTH, (BROKEN + 1) * LENGTH);
  await writeFile(context.signals, encodeNpy(values, [SAMPLES, LENGTH, 1]));
});

test.after(async ({ folder }) => {
  await rm(folder, { recursive: true });
});

const run = (...args: string[]): Promise<CommandRun> =>
  runCommand([
    'explain-set',
    ...args,
    ...['--model', 'mnist1d', '--backend', 'wasm', '--executor', 'reference', '--json'],
  ]);
const SIZES = ['--batch', '4', '--shard-size', '4'];

async function read(
  result: string,
  path: string,
): Promise<{ shape: number[]; data: ArrayLike<number | string> }> {
  const array = await open(root(new FolderStore(result)).resolve(path), { kind: 'array' });
  const { shape, data } = await get(array);
  return { shape, data: data as ArrayLike<number | string> };
}

test('a result holds what single calls give, and a row with its reason for what cannot be explained', async ({
  folder,
  signals,
}) => {
  const out = join(folder, 'whole.zarr');
  const methods = ['--method', 'ablation-cam', '--method', 'grad-cam', '--class', '1,7', '--drop', '0.3'];
  const { exitCode, stdout, stderr } = await run(
    signals,
    '--out',
    out,
    ...SIZES,
    ...methods,
    '--workers',
    '1',
  );
  assert.is(exitCode, 3, stderr);
  const said = JSON.parse(stdout) as Record<string, number>;
  assert.equal([said['explained'], said['failed'], said['labelled']], [SAMPLES - 1, 1, 0]);

  const states = await read(out, 'state');
  assert.equal(
    Array.from(states.data),
    Array.from({ length: SAMPLES }, (_, i) => (i === BROKEN ? 2 : 1)),
  );
  const errors = await read(out, 'error');
  assert.match(String(errors.data[BROKEN]), /NaN/);
  assert.is(errors.data[0], '');
  assert.is((await read(out, 'source')).data[21], '21');
  assert.equal((await read(out, 'probabilities')).shape, [SAMPLES, 10]);
  assert.equal((await read(out, 'grad-cam/drop')).shape, [SAMPLES, 2]);

  const { network, dispose } = await embeddedModel('mnist1d');
  const explainer = await createExplainer(network, {
    classIndex: [1, 7],
    backend: 'wasm',
    executor: 'reference',
  });
  const data = Float32Array.from(generateMnist1d().test.signals.subarray(20 * LENGTH, 21 * LENGTH));
  const { explanations } = await explainer.explain({ data, shape: [LENGTH, 1] });
  for (const path of ['weights', 'map'] as const) {
    const { shape, data: all } = await read(out, `ablation-cam/${path}`);
    const [, targets = 0, length = 0] = shape;
    explanations.forEach(({ weights, mapSigned }, target) => {
      const wanted = path === 'weights' ? weights! : mapSigned.data;
      const first = (20 * targets + target) * length;
      // A batch changes the order of sums of the forward pass.
      assertClose(Array.from(all).slice(first, first + length) as number[], wanted, { ofLargest: 1e-5 });
    });
  }
  await explainer.dispose();
  dispose();
  await releaseDevice();

  const group = JSON.parse(await readFile(join(out, 'zarr.json'), 'utf8')) as {
    readonly attributes: { readonly ablation_cam: { readonly model: { readonly hash: string } } };
    readonly consolidated_metadata: { readonly metadata: Record<string, { readonly node_type: string }> };
  };
  assert.match(group.attributes.ablation_cam.model.hash, /^[0-9a-f]{64}$/);
  assert.is(group.consolidated_metadata.metadata['grad-cam/map']?.node_type, 'array');
  assert.is(group.consolidated_metadata.metadata['grad-cam']?.node_type, 'group');
});

test('a summary tells what is in the arrays, and the page stands alone', async ({ folder }) => {
  const [result, page] = [join(folder, 'whole.zarr'), join(folder, 'report.html')];
  const { exitCode, stdout, stderr } = await runCommand(['summarize', result, '--json', '--html', page]);
  assert.is(exitCode, 0, stderr);
  const summary = JSON.parse(stdout) as SetSummary;
  assert.equal([summary.samples, summary.explained, summary.failures.length], [SAMPLES, SAMPLES - 1, 1]);
  assert.is(summary.failures[0]?.source, String(BROKEN));
  const [cam] = summary.methods;
  const drops = Array.from((await read(result, 'ablation-cam/drop')).data as ArrayLike<number>)
    // Of two targets the first.
    .filter((value, i) => i % 2 === 0 && !Number.isNaN(value));
  const mean = drops.reduce((sum, value) => sum + value, 0) / drops.length;
  assertClose([cam!.drop!.mean], [mean], { absolute: 1e-6 });
  const { shape, data: weights } = await read(result, 'ablation-cam/weights');
  const [, targets = 0, channels = 0] = shape;
  for (const { channel, examples } of cam!.channels) {
    const own = Array.from({ length: SAMPLES }, (_, i) => Number(weights[i * targets * channels + channel]));
    const largest = own.filter((weight) => !Number.isNaN(weight)).sort((a, b) => b - a);
    assert.equal(
      examples.map(({ value }) => value),
      largest.slice(0, examples.length),
    );
  }
  const text = await readFile(page, 'utf8');
  for (const wanted of ['<svg', 'grad-cam', 'Maps by class', 'average drop'])
    assert.ok(text.includes(wanted), wanted);
  assert.not.match(text, /(src|href)="(?!data:|#)/, 'the page needs nothing else');
});

test('processes, parts in any order and a run that was torn off write the same bytes', async ({
  folder,
  signals,
}) => {
  const [one, two, parts] = ['one', 'two', 'parts'].map((name) => join(folder, `${name}.zarr`)) as [
    string,
    string,
    string,
  ];
  assert.is((await run(signals, '--out', one, ...SIZES, '--workers', '1')).exitCode, 3);
  const wanted = await resultFiles(one);
  assert.is((await run(signals, '--out', two, ...SIZES, '--workers', '2')).exitCode, 3);
  assert.equal(await resultFiles(two), wanted);

  assert.is((await run(signals, '--out', parts, ...SIZES, '--shard', '1/2')).exitCode, 0);
  const unfinished = await runCommand(['explain-set', 'merge', parts]);
  assert.is(unfinished.exitCode, 1);
  assert.match(unfinished.stderr, /^error: 3 of 6 shards of .* are missing, such as 0\./);
  // As if a writer had been killed between two chunks, and within one.
  await rm(join(parts, 'state', 'c.3'));
  await cp(join(parts, 'error', 'c.1'), join(parts, 'error', 'c.0'));
  await writeFile(join(parts, 'error', 'c.5.abc.tmp'), 'torn');
  assert.is((await run(signals, '--out', parts, ...SIZES)).exitCode, 3);
  assert.equal(await resultFiles(parts), wanted);

  for (const [args, pattern] of [
    [['--class', '3'], /result of other options: class "predicted"/],
    [['--limit', '5'], /result of other data: 22 samples/],
  ] as const) {
    const refused = await run(signals, '--out', one, ...args);
    assert.is(refused.exitCode, 1);
    assert.match(refused.stderr, pattern);
  }
  assert.equal(await resultFiles(one), wanted);
});

test('what is missing or wrong is said before anything is begun', async ({ folder, signals }) => {
  const out = join(folder, 'never.zarr');
  for (const [args, pattern] of [
    [[], /^error: Say which network explains .*signals\.npy: --model <model>\.\n$/],
    [['--model', 'mnist1d', '--queue', 'mysql://host/queue'], /^error: --queue is no address of PostgreSQL/],
  ] as const) {
    const { exitCode, stderr } = await runCommand(['explain-set', signals, '--out', out, ...args]);
    assert.is(exitCode, 1);
    assert.match(stderr, pattern);
  }
  assert.is(existsSync(out), false);
});

test('what no worker can do ends all of them, in one sentence', async ({ folder }) => {
  const [list, out] = [join(folder, 'vanished.csv'), join(folder, 'vanished.zarr')];
  await writeFile(join(folder, 'there.npy'), encodeNpy(new Float32Array(LENGTH).fill(0.5), [LENGTH, 1]));
  await writeFile(list, ['path', 'there.npy', 'gone.npy', 'gone.npy', 'gone.npy'].join('\n'));
  const { exitCode, stderr } = await run(
    list,
    '--out',
    out,
    '--batch',
    '1',
    '--shard-size',
    '2',
    '--workers',
    '2',
  );
  assert.is(exitCode, 1);
  assert.match(stderr, /^error: Not one sample of shard 1 can be found .* Is the data's place mounted\?\n$/);
});

test('sources are listed in one order, with their labels, and refused in one sentence', async ({
  folder,
}) => {
  const images = join(folder, 'images');
  for (const name of ['b/2.png', 'b/10.png', 'a/x.npy', 'a/deep/y.tif', 'a/notes.txt', '.hidden/z.png']) {
    await mkdir(join(images, name, '..'), { recursive: true });
    await writeFile(join(images, name), 'x');
  }
  const { entries, labelNames } = await listSamples(images);
  assert.equal(
    entries.map(({ source, label }) => [source, label]),
    [
      ['a/deep/y.tif', 'a'],
      ['a/x.npy', 'a'],
      ['b/10.png', 'b'],
      ['b/2.png', 'b'],
    ],
  );
  assert.equal(labelNames, ['a', 'b']);

  await writeFile(
    join(folder, 'list.csv'),
    'path,label\n"images/b/2.png",b\nimages/a/x.npy,3\nimages/b/10.png,\n',
  );
  await writeFile(join(folder, 'list.jsonl'), '{"path":"images/b/2.png","label":"b"}\n\n{"path":"a"}\n');
  const labels = async (list: string) =>
    (await listSamples(join(folder, list))).entries.map(({ label }) => label);
  assert.equal(await labels('list.csv'), ['b', 3, null]);
  assert.equal(await labels('list.jsonl'), ['b', null]);
  assert.is((await listSamples('mnist1d?samples=30&seed=2')).entries.length, 30);
  assert.is((await listSamples('tissue')).entries.length, 24);

  await mkdir(join(folder, 'empty'));
  await mkdir(join(folder, 'loop'));
  await symlink(join(folder, 'loop'), join(folder, 'loop', 'again'));
  const broken = {
    'bad.jsonl': '{"path":"a"}\n\n{"path":\n',
    'list.jsonl': '["a"]\n',
    'null.jsonl': 'null\n',
    'label.jsonl': '{"path":"a","label":-1}\n',
    'nameless.csv': 'file\nx.png\n',
    'unnamed.csv': 'path,label\n\na.png,1\n,2\n',
    'long.csv': 'path\na.png\nb.png,3\n',
    // A quote that is never closed.
    'endless.csv': `path\n"${'x'.repeat(1_100_000)}`,
    'endless.jsonl': 'x'.repeat(1_100_000),
  };
  await mkdir(join(folder, 'broken'));
  for (const [name, text] of Object.entries(broken)) await writeFile(join(folder, 'broken', name), text);
  for (const [name, pattern] of [
    ['bad.jsonl', /bad\.jsonl, line 3, is broken JSON: it ends too early/],
    ['list.jsonl', /list\.jsonl, line 1, is broken at path: expected "path"/],
    ['null.jsonl', /null\.jsonl, line 1, is broken/],
    ['label.jsonl', /label\.jsonl, line 1, is broken at label/],
    ['nameless.csv', /nameless\.csv, line 2, is broken at path: expected "path", nothing is there/],
    ['unnamed.csv', /unnamed\.csv, line 4, is broken at path: names no file/],
  ] as const) {
    await assertRefused(() => listSamples(join(folder, 'broken', name)), ModelError, pattern);
  }
  for (const [source, pattern] of [
    [join(folder, 'empty'), /holds no samples/],
    [join(folder, 'nowhere'), /there is no such file or folder/],
    [join(folder, 'loop'), /links in a circle/],
    [join(folder, 'images', 'b', '2.png'), /is no set of samples/],
    [join(folder, 'broken', 'long.csv'), /Cannot read .*long\.csv: .*on line 3/],
    [join(folder, 'broken', 'endless.csv'), /Cannot read .*endless\.csv: .*size/i],
    [join(folder, 'broken', 'endless.jsonl'), /a line of more than a million characters/],
    ['mnist1d?samples=7', /multiple of 10/],
    ['textures?size=3', /expected textures\?samples=/],
    ['tissue?samples=100', /there are no others/],
  ] as const) {
    await assertRefused(() => listSamples(source), CliError, pattern);
  }
  // Folders cannot be read as lists: nor can a disk that breaks off.
  for (const name of ['folder.csv', 'folder.jsonl']) {
    await mkdir(join(folder, name));
    await assertRefused(() => listSource(join(folder, name)).list(), CliError, /Cannot read .*folder\./);
  }
});

const PLAN: SetPlan = {
  version: 1,
  key: 'key',
  model: { source: 'none', hash: '' },
  data: { source: 'files', hash: '', count: 3 },
  options: {
    ...{ method: [], layer: [], class: 'predicted', ablation: 'zero', score: 'probability' },
    ...{ weighting: 'relative-drop', norm: 2, strategy: 'planned', weights: 'float32' },
  },
  begun: '2026-01-01T00:00:00.000Z',
  engine: { backend: 'cpu', executor: 'reference' },
  ...{ shard: 2, batch: 1, zarrFormat: '3', classNames: [], classes: null, scores: 'none' },
  ...{ methods: [], versions: {} },
};

test('a file that holds something else than what was explained is found, another date is not', async ({
  folder,
}) => {
  const files = join(folder, 'files');
  await mkdir(files);
  for (const name of ['0.npy', '1.npy', '2.npy']) await writeFile(join(files, name), name);
  const store = new FolderStore(join(folder, 'files.zarr'));
  const plan = { ...PLAN, data: { ...PLAN.data, source: files } };
  const result = await SetResultGroup.begin(store, plan);
  const { entries } = await listSamples(files);
  await result.writeList(entries.map(({ source }) => ({ source, label: -1 })));
  const shard = new ShardRows(plan, 2);
  ['0.npy', '1.npy'].forEach((name, row) => {
    shard.read(row, contentOf(Buffer.from(name)));
    shard.explain(row, []);
  });
  await result.writeShard(0, shard.rows);
  assert.equal(await result.list(1), [{ source: '2.npy', label: -1 }]);
  // All are younger than the plan.
  await refuseChanged(result, entries);
  // Not explained yet.
  await writeFile(join(files, '2.npy'), 'other');
  await refuseChanged(result, entries);
  await writeFile(join(files, '1.npy'), 'OTHER');
  await refuseChanged(
    result,
    entries.map((entry) => ({ ...entry, changed: Date.parse(plan.begun) - 3_600_000 })),
  );
  await assertRefused(() => refuseChanged(result, entries), CliError, /^1\.npy of .* was changed after/);
});

test('a result of a network that has no classes is summarized', async ({ folder }) => {
  const plan: SetPlan = { ...PLAN, scores: 'probabilities' };
  const result = await SetResultGroup.begin(new FolderStore(join(folder, 'classless.zarr')), plan);
  await result.writeList([0, 1, 2].map((i) => ({ source: String(i), label: i })));
  for (const [shard, count] of [2, 1].entries()) {
    const rows = new ShardRows(plan, count);
    for (let row = 0; row < count; row++) rows.explain(row, []);
    await result.writeShard(shard, rows.rows);
  }
  const { signal } = new AbortController();
  const { explained, failed } = await summarizeResult(result, () => Promise.resolve(null), signal);
  assert.equal([explained, failed], [3, 0]);
});

test('a result that cannot be read, or begun, is told in one sentence', async ({ folder }) => {
  const place = join(folder, 'damaged.zarr');
  const result = await SetResultGroup.begin(new FolderStore(place), PLAN);
  await result.writeList([0, 1, 2].map((i) => ({ source: String(i), label: i })));
  await writeFile(join(place, 'label', 'c.0'), 'no gzip');
  await assertRefused(() => result.read('label', 0, 3), ModelError, /label\/c\.0 is damaged/);
  await writeFile(join(place, 'zarr.json'), '{');
  await assertRefused(
    () => openResult(new FolderStore(place)),
    ModelError,
    /damaged\.zarr\/zarr\.json is broken JSON/,
  );
  await assertRefused(() => openResult(new FolderStore(join(folder, 'no'))), CliError, /is no result/);
  const file = join(folder, 'file.zarr');
  await writeFile(file, '');
  await assertRefused(
    () => SetResultGroup.begin(new FolderStore(file), PLAN),
    ModelError,
    /Cannot write .*file\.zarr/,
  );
  await assertRefused(() => openStore('ftp://host/result'), CliError, /not at ftp/);
});

test('a network that is built twice in a process is the same model', async () => {
  const hashes: string[] = [];
  for (let i = 0; i < 2; i++) {
    const loaded = await embeddedModel('mnist1d');
    hashes.push(await modelHash('mnist1d', loaded));
    loaded.dispose();
  }
  assert.is(hashes[0], hashes[1]);
});

test.run();
