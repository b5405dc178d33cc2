import { encode } from 'fast-png';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type DataSet, openImageFolder, openImageSplit } from '../src/index.ts';
import { assertAborted, assertRefused } from './support/refusal.ts';

const test = suite('image folders');

const inputShape = [2, 2, 3] as const;

/** A 2 x 2 PNG of one grey value. */
function png(grey: number): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(12).fill(grey);
  return Uint8Array.from(encode({ width: 2, height: 2, channels: 3, depth: 8, data }));
}

/** Files as a browser gives them for a chosen folder `root`. */
function chosen(contents: Record<string, Uint8Array<ArrayBuffer>>): File[] {
  return Object.entries(contents).map(([path, bytes]) => {
    const file = new File([bytes], path.split('/').at(-1) ?? '');
    Object.defineProperty(file, 'webkitRelativePath', { value: `root/${path}` });
    return file;
  });
}

const text = new TextEncoder().encode('not an image');
const twoClasses = { 'b/2.png': png(2), 'a/1.png': png(1), 'b/3.PNG': png(3), 'a/0.png': png(0) };

async function greys(dataSet: DataSet): Promise<number[]> {
  const values = await dataSet.batch(Array.from({ length: dataSet.count }, (_, i) => i));
  return Array.from(values, (value) => Math.round(value * 255)).filter((_, i) => i % 12 === 0);
}
const sources = (dataSet: DataSet): (string | null)[] =>
  Array.from({ length: dataSet.count }, (_, index) => dataSet.source(index));

test('folders are classes, in the order of their names', async () => {
  const dataSet = await openImageFolder(chosen(twoClasses), { inputShape });
  assert.equal([dataSet.name, dataSet.classNames, dataSet.inputShape], ['root', ['a', 'b'], [2, 2, 3]]);
  assert.equal(sources(dataSet), ['a/0.png', 'a/1.png', 'b/2.png', 'b/3.PNG']);
  assert.equal(Array.from(dataSet.labels), [0, 0, 1, 1]);
  assert.equal(await greys(dataSet), [0, 1, 2, 3]);
  assert.equal([dataSet.skipped, dataSet.source(4)], [[], null]);
});

test('folder names sort as names, not as paths', async () => {
  const files = chosen({ 'a b/0.png': png(0), 'a/1.png': png(1), 'B/2.png': png(2) });
  assert.equal((await openImageFolder(files, { inputShape })).classNames, ['B', 'a', 'a b']);
});

test('images are resized and scaled to the input', async () => {
  const files = chosen(twoClasses);
  const dataSet = await openImageFolder(files, { inputShape: [3, 5, 1], normalize: '-1..1' });
  const batch = await dataSet.batch([3, 0]);
  assert.is(batch.length, 30);
  assert.ok(Math.abs((batch[0] ?? NaN) - (3 / 127.5 - 1)) < 1e-6);
  assert.is(batch[29], -1);
});

test('what is no image is named with its reason, and every check is reported', async () => {
  const broken = png(9).subarray(0, 40);
  const files = chosen({
    ...twoClasses,
    'a/broken.png': broken,
    'a/notes.txt': text,
    'b/fake.tif': text,
    'b/deeper/5.png': png(5),
    'labels.csv': text,
    'a/.DS_Store': text,
    'b/Thumbs.db': text,
    '.git/x/1.png': png(1),
  });
  const progress: number[][] = [];
  const onProgress = (state: { checked: number; total: number }): void => {
    progress.push([state.checked, state.total]);
  };
  const dataSet = await openImageFolder(files, { inputShape, onProgress, concurrency: 2 });
  assert.equal([dataSet.count, await greys(dataSet)], [4, [0, 1, 2, 3]]);
  const reasons = new Map(dataSet.skipped.map(({ source, reason }) => [source, reason]));
  const names = ['a/broken.png', 'a/notes.txt', 'b/deeper', 'b/fake.tif', 'labels.csv'];
  assert.equal(Array.from(reasons.keys()).toSorted(), names);
  assert.match(reasons.get('a/broken.png') ?? '', /is a broken image/);
  assert.match(reasons.get('a/notes.txt') ?? '', /does not end in \.png/);
  assert.match(reasons.get('b/fake.tif') ?? '', /is no PNG, JPEG, TIFF or WebP image/);
  assert.match(reasons.get('b/deeper') ?? '', /folder inside a class folder/);
  assert.match(reasons.get('labels.csv') ?? '', /in no class folder/);
  assert.equal(
    progress,
    [1, 2, 3, 4, 5, 6].map((checked) => [checked, 6]),
  );
});

test('a folder that is no classification is refused', async () => {
  const open = (contents: Record<string, Uint8Array<ArrayBuffer>>) => () =>
    openImageFolder(chosen(contents), { inputShape });
  await assertRefused(
    open({}),
    'invalid-data',
    /^the chosen folder holds no class folders; put the images into one folder a class/,
  );
  await assertRefused(open({ '1.png': png(1) }), 'invalid-data', /root holds no class folders/);
  await assertRefused(open({ 'a/1.png': png(1) }), 'invalid-data', /root holds one class folder \(a\)/);
  const message = /root holds no readable image \(2 skipped, such as a\/1\.txt: its name.*\); add images/;
  await assertRefused(open({ 'a/1.txt': text, 'b/2.txt': text }), 'invalid-data', message);
  const oneEmpty = open({ 'a/1.png': png(1), 'b/2.png': text });
  await assertRefused(
    oneEmpty,
    'invalid-data',
    /root\/b holds no readable image \(1 skipped.*; add some, remove/,
  );
});

test('given class names, a folder may hold some of them, and no others', async () => {
  const classNames = ['b', 'none', 'a'];
  const dataSet = await openImageFolder(chosen(twoClasses), { inputShape, classNames });
  assert.equal([dataSet.classNames, Array.from(dataSet.labels)], [classNames, [0, 0, 2, 2]]);
  assert.equal(await greys(dataSet), [2, 3, 0, 1]);
  const one = await openImageFolder(chosen({ 'a/1.png': png(1) }), { inputShape, classNames });
  assert.equal(Array.from(one.labels), [2]);
  const open = () => openImageFolder(chosen(twoClasses), { inputShape, classNames: ['a', 'c'] });
  await assertRefused(open, 'invalid-data', /root\/b is none of the classes a, c; rename/);
});

test('a folder of a class may have a number in front of its name, and capitals', async () => {
  const classNames = ['tumor', 'stroma', 'a'];
  const files = { '01_TUMOR/1.png': png(1), '2 - Stroma/1.png': png(2), 'a/1.png': png(3) };
  const { labels } = await openImageFolder(chosen(files), { inputShape, classNames });
  assert.equal(Array.from(labels), [0, 1, 2]);
  const open = () => openImageFolder(chosen({ '1_A/1.png': png(1) }), { inputShape, classNames: ['a', 'A'] });
  await assertRefused(open, 'invalid-data', /root\/1_A is none of the classes a, A; rename/);
});

test('a limit takes images from all classes evenly', async () => {
  const files = chosen({ ...twoClasses, 'a/4.png': png(4), 'a/5.png': png(5) });
  const limited = async (limit: number) => greys(await openImageFolder(files, { inputShape, limit }));
  assert.equal(await limited(1), [0]);
  assert.equal(await limited(3), [0, 1, 2]);
  assert.equal(await limited(100), [0, 1, 4, 5, 2, 3]);
  await assertRefused(() => limited(0), 'invalid-option', /limit/);
});

test('train and test folders are the split, with one list of classes', async () => {
  const files = chosen({
    'Train/a/0.png': png(0),
    'Train/b/1.png': png(1),
    'test/b/2.png': png(2),
    'val/a/9.png': png(9),
    'readme.txt': text,
  });
  const { train, test: held, splitBy } = await openImageSplit(files, { inputShape });
  assert.equal([splitBy, await greys(train), await greys(held)], ['folders', [0, 1], [2]]);
  assert.equal([held.classNames, Array.from(held.labels)], [['a', 'b'], [1]]);
  assert.equal(
    train.skipped.map(({ source }) => source),
    ['val', 'readme.txt'],
  );
  await assertRefused(() => openImageFolder(files, { inputShape }), 'invalid-data', /openImageSplit/);
});

test('classes are split by fraction otherwise, by seed', async () => {
  const contents = Object.fromEntries(
    Array.from({ length: 20 }, (_, i) => [`${i < 10 ? 'a' : 'b'}/${i}.png`, png(i)] as const),
  );
  const split = async (seed: number) =>
    openImageSplit(chosen(contents), { inputShape, testFraction: 0.3, seed });
  const { train, test: held, splitBy } = await split(1);
  assert.equal([splitBy, train.count, held.count], ['fraction', 14, 6]);
  assert.equal(Array.from(held.labels), [0, 0, 0, 1, 1, 1]);
  assert.equal(sources(held), sources((await split(1)).test));
  assert.not.equal(sources(held), sources((await split(2)).test));
  assert.equal(
    await greys(held),
    sources(held).map((source) => Number.parseInt(source?.split('/')[1] ?? '', 10)),
  );
});

test('options that mean nothing are refused before an image is read', async () => {
  const open = (options: object) => () => openImageFolder(chosen(twoClasses), { inputShape, ...options });
  await assertRefused(
    open({ inputShape: [2, 2, 4] }),
    'invalid-option',
    /\[height, width, 1 or 3\], got \[2, 2, 4\]/,
  );
  await assertRefused(open({ inputShape: [0, 2, 3] }), 'invalid-option', /got \[0, 2, 3\]/);
  await assertRefused(open({ concurrency: 0 }), 'invalid-option', /concurrency/);
  await assertRefused(open({ normalize: { mean: [1, 2], deviation: 1 } }), 'invalid-option', /mean must be/);
});

test('checking can be aborted', async () => {
  const controller = new AbortController();
  const open = () =>
    openImageFolder(chosen(twoClasses), {
      inputShape,
      concurrency: 1,
      signal: controller.signal,
      onProgress: () => {
        controller.abort();
      },
    });
  await assertAborted(open, controller.signal);
});

test.run();
