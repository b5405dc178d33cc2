import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shared, skipIf } from '@ablation-cam/tools/testing';
import { encode } from 'fast-png';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openImageFolder, openImageSplit, readBatches, readInput } from '../src/index.ts';
import { assertRefused } from './support/refusal.ts';

const test = suite('image folders on disk');
const { path, missing } = shared();
const hmt = join(path ?? '', 'data', 'hmt', 'test');
const inputShape = [4, 4, 3] as const;

async function inFolder(
  contents: Record<string, Uint8Array>,
  work: (root: string) => Promise<void>,
): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'image-folder-'));
  try {
    for (const [file, bytes] of Object.entries(contents)) {
      await mkdir(join(root, file, '..'), { recursive: true });
      await writeFile(join(root, file), bytes);
    }
    await work(root);
  } finally {
    await rm(root, { recursive: true });
  }
}

const image = encode({ width: 1, height: 1, channels: 3, depth: 8, data: Uint8Array.of(51, 102, 255) });

test('a folder on disk is read, links to class folders too', () =>
  inFolder({ 'set/a/1.png': image, 'set/b/2.png': image, 'set/b/notes.md': image }, async (root) => {
    await symlink(join(root, 'set', 'a'), join(root, 'set', 'c'));
    const dataSet = await openImageFolder(join(root, 'set/'), { inputShape });
    assert.equal([dataSet.name, dataSet.classNames, dataSet.count], ['set', ['a', 'b', 'c'], 3]);
    assert.equal((await dataSet.batch([2])).subarray(0, 3), Float32Array.of(0.2, 0.4, 1));
    assert.equal(
      dataSet.skipped.map(({ source }) => source),
      ['b/notes.md'],
    );
  }));

test('links that lead round and round end, and a pipe is no image', () =>
  inFolder({ 'a/1.png': image, 'b/2.png': image }, async (root) => {
    for (const name of ['x', 'y']) await symlink('..', join(root, 'a', name));
    execFileSync('mkfifo', [join(root, 'b', '3.png')]);
    const { count, skipped } = await openImageFolder(root, { inputShape });
    assert.equal([count, skipped.map(({ source }) => source)], [2, ['a/x', 'a/y']]);
  }));

test('a link that leads nowhere is skipped by name', () =>
  inFolder({ 'a/1.png': image, 'b/2.png': image }, async (root) => {
    await symlink(join(root, 'gone.png'), join(root, 'b', '3.png'));
    const { count, skipped } = await openImageFolder(root, { inputShape });
    assert.equal([count, skipped.map(({ source }) => source)], [2, ['b/3.png']]);
  }));

test('a file that breaks after it was checked fails by name', () =>
  inFolder({ 'a/1.png': image, 'b/2.png': image }, async (root) => {
    const dataSet = await openImageFolder(root, { inputShape });
    await writeFile(join(root, 'b', '2.png'), 'oops');
    await assertRefused(() => dataSet.batch([0, 1]), 'unsupported-format', /^b\/2\.png is no PNG/);
  }));

test('a folder that is not there is refused, and a file in its place', () =>
  inFolder({ 'a.png': image }, async (root) => {
    const open = (name: string) => () => openImageFolder(join(root, name), { inputShape });
    await assertRefused(open('absent'), 'not-found', /absent.*Check the path/);
    await assertRefused(open('a.png'), 'not-found', /a\.png/);
  }));

skipIf(test, missing)('the histology images stream in batches, resized as single images are', async () => {
  const dataSet = await openImageFolder(hmt, { inputShape: [224, 224, 3], limit: 24 });
  assert.equal([dataSet.count, dataSet.classNames.length, dataSet.skipped.length], [24, 8, 0]);
  let seen = 0;
  for await (const batch of readBatches(dataSet, { batchSize: 5, seed: 1, epoch: 0 })) {
    const [first = 0] = batch.indices;
    const single = await readInput(join(hmt, dataSet.source(first) ?? ''), { shape: [224, 224, 3] });
    assert.equal(batch.values.subarray(0, single.data.length), single.data);
    seen += batch.count;
  }
  assert.is(seen, 24);
});

skipIf(test, missing)('the histology images split by fraction, every class alike', async () => {
  const { train, test: held, splitBy } = await openImageSplit(hmt, { inputShape, testFraction: 0.25 });
  const classFolders = await readdir(hmt);
  assert.equal([splitBy, train.count, held.count], ['fraction', 8 * 23, 8 * 8]);
  assert.equal(train.classNames, classFolders.toSorted());
});

test.run();
