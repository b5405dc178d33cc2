import { assertClose } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  encodeNpy,
  generateMnist1d,
  readClassNames,
  readInput,
  type Normalization,
  texturesDataSets,
  tissueDataSet,
  tissueTestSamples,
} from '../src/index.ts';
// Made by golden/images.py.
import images from './golden/images.json';
import { assertRefused } from './support/refusal.ts';

const test = suite('reading inputs');

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
const record = images.find(({ name }) => name === 'png RGB');
const png = bytesOf(record?.base64 ?? '');
const pixels = bytesOf(record?.rgb ?? '');
const ownSize = [13, 17, 3];
const signal = Float64Array.from({ length: 40 }, (_, i) => Math.sin(i));

test('an image is scaled to 0..1 by default and comes with its original', async () => {
  const input = await readInput(png, { shape: ownSize, name: 'noise.png' });
  assert.equal(input.shape, ownSize);
  assert.equal(
    input.data,
    Float32Array.from(pixels, (value) => value / 255),
  );
  assert.equal(input.original, { width: 17, height: 13, rgb: pixels });
  assert.is(input.name, 'noise.png');
  assert.is(input.label, undefined);
});

const at = (values: readonly number[], channel: number): number => values[channel] ?? NaN;
const scales: readonly (readonly [Normalization, (value: number, channel: number) => number])[] = [
  ['0..1', (v) => v / 255],
  ['0..255', (v) => v],
  ['-1..1', (v) => v / 127.5 - 1],
  ['imagenet', (v, c) => (v / 255 - at([0.485, 0.456, 0.406], c)) / at([0.229, 0.224, 0.225], c)],
  [{ mean: 0.25, deviation: 2 }, (v) => (v / 255 - 0.25) / 2],
  [{ mean: [0, 0.5, 1], deviation: [1, 2, 4] }, (v, c) => (v / 255 - at([0, 0.5, 1], c)) / at([1, 2, 4], c)],
];
for (const [normalize, scale] of scales) {
  test(`normalize ${JSON.stringify(normalize)} scales every value`, async () => {
    const { data } = await readInput(png, { shape: ownSize, normalize });
    // One rounding to single precision of values up to 3.
    const expected = Float64Array.from(pixels, (value, i) => scale(value, i % 3));
    assertClose(data, expected, { absolute: 3e-7 });
  });
}

test('normalize "caffe" takes means away in BGR order', async () => {
  const { data } = await readInput(png, { shape: ownSize, normalize: 'caffe' });
  const means = [103.939, 116.779, 123.68];
  const expected = Float64Array.from(
    pixels,
    (_, i) => (pixels[i + 2 - 2 * (i % 3)] ?? NaN) - at(means, i % 3),
  );
  // One rounding to single precision of values up to 152.
  assertClose(data, expected, { absolute: 1e-5 });
});

test('what is known of the input is used where no option says otherwise', async () => {
  const described = { scale: { normalize: '0..255', source: 'a test' }, size: [5, 7] } as const;
  const open = await readInput(png, { shape: [null, null, 3], described });
  assert.equal(open.shape, [5, 7, 3]);
  assert.ok(Math.max(...open.data) > 100);
  const asked = await readInput(png, { shape: ownSize, described, normalize: '0..1' });
  assert.equal(asked.shape, ownSize);
  assert.ok(Math.max(...asked.data) <= 1);
  // Values that are no picture's are taken as they are.
  const array = encodeNpy(
    Float32Array.from({ length: 6 }, (_, i) => i),
    [3, 1, 2],
  );
  const moved = await readInput(array, {
    shape: [1, 2, 3],
    described: { ...described, channelsFirst: true },
  });
  assert.equal([...moved.data], [0, 2, 4, 1, 3, 5]);
});

test('an image takes the size of the model, or keeps its own where any size is taken', async () => {
  assert.equal((await readInput(png, { shape: [5, 7, 3] })).shape, [5, 7, 3]);
  assert.equal((await readInput(png, { shape: [null, null, 3] })).shape, ownSize);
  assert.equal((await readInput(png, { shape: [26, null, 3] })).shape, [26, 17, 3]);
  const grey = await readInput(png, { shape: [13, 17, 1] });
  assert.equal(grey.shape, [13, 17, 1]);
  const [red = 0, green = 0, blue = 0] = pixels;
  assert.ok(Math.abs((grey.data[0] ?? 0) * 255 - (0.299 * red + 0.587 * green + 0.114 * blue)) < 0.51);
});

test('an array of 8-bit values is an image where the model takes images', async () => {
  const whole = await readInput(png, { shape: [6, 6, 3], normalize: '-1..1' });
  for (const shape of [ownSize, [1, ...ownSize]]) {
    const array = await readInput(encodeNpy(pixels, shape), { shape: [6, 6, 3], normalize: '-1..1' });
    assert.equal([array.data, array.original], [whole.data, whole.original]);
  }
  const grey = await readInput(encodeNpy(Uint8Array.of(0, 51, 255, 102), [2, 2]), { shape: [2, 2, 1] });
  assert.equal(grey.data, Float32Array.of(0, 0.2, 1, 0.4));
  assert.equal(grey.original?.rgb.subarray(0, 6), Uint8Array.of(0, 0, 0, 51, 51, 51));
});

test('an array of other values is taken as it is', async () => {
  const values = Float64Array.from(pixels, (value) => value * 3);
  const input = await readInput(encodeNpy(values, ownSize), { shape: ownSize });
  assert.equal(input.data, Float32Array.from(values));
  assert.is(input.original, undefined);
});

for (const shape of [[40, 1], [40], [1, 40, 1], [1, 40]]) {
  test(`a signal of shape [${shape.join(', ')}] is the model's [40, 1]`, async () => {
    for (const model of [
      [40, 1],
      [null, 1],
    ]) {
      const input = await readInput(encodeNpy(signal, shape), { shape: model });
      assert.equal([input.shape, input.data], [[40, 1], Float32Array.from(signal)]);
    }
  });
}

test('bytes, buffers, files and data URLs give the same input', async () => {
  const file = new File([png], 'noise.bin');
  const url = `data:image/png;base64,${record?.base64 ?? ''}`;
  for (const source of [png, png.buffer, file, new Blob([png]), url, new URL(url)]) {
    assert.equal((await readInput(source, { shape: ownSize })).original?.rgb, pixels);
  }
  assert.is((await readInput(file, { shape: ownSize })).name, 'noise.bin');
  assert.is((await readInput(url, { shape: ownSize })).name, 'the input');
});

test('mnist1d:<index> is a test sample with its label', async () => {
  const { signals, labels } = generateMnist1d().test;
  for (const index of [0, 7, 999]) {
    const input = await readInput(`mnist1d:${index}`, { shape: [40, 1] });
    assert.equal(input.data, Float32Array.from(signals.subarray(index * 40, index * 40 + 40)));
    assert.equal([input.shape, input.label, input.name], [[40, 1], labels[index], `mnist1d:${index}`]);
  }
});

test('textures:<index> is a test image with its label and mask', async () => {
  const { test: held } = texturesDataSets({ trainSamples: 1, testSamples: 8 });
  for (const index of [0, 7]) {
    const input = await readInput(`textures:${index}`, { shape: [64, 64, 3] });
    assert.equal(input.data, await held.batch([index]));
    assert.equal([input.label, input.mask], [held.labels[index], held.mask(index)]);
    assert.is(input.original?.width, 64);
  }
  assert.is(
    (await readInput('textures:499', { shape: [32, 32, 3], normalize: 'imagenet' })).data.length,
    3072,
  );
  const beyond = () => readInput('textures:500', { shape: [64, 64, 3] });
  await assertRefused(beyond, 'invalid-input', /pass textures:<index> with an index from 0 to 499$/);
});

test('tissue:<index> is a photograph that comes along, with its label', async () => {
  const tissue = tissueDataSet();
  assert.is(tissue.count, tissueTestSamples);
  for (const index of [0, 13]) {
    const { data, label, mask, original } = await readInput(`tissue:${index}`, { shape: [75, 75, 3] });
    assert.equal(data, await tissue.batch([index]));
    assert.equal([label, tissue.labels[index]], [index % 8, index % 8]);
    assert.equal([original?.width, original?.height, mask], [150, 150, undefined]);
  }
  const beyond = () => readInput('tissue:24', { shape: [75, 75, 3] });
  await assertRefused(beyond, 'invalid-input', /pass tissue:<index> with an index from 0 to 23$/);
});

for (const index of ['1000', '-1', '1.5', '', 'x', ' 3']) {
  test(`mnist1d:${index} is no sample`, () =>
    assertRefused(
      () => readInput(`mnist1d:${index}`, { shape: [40, 1] }),
      'invalid-input',
      /from 0 to 999$/,
    ));
}

test('a shape that the model does not take is refused', async () => {
  const read = (shape: number[], model: (number | null)[]) => () =>
    readInput(encodeNpy(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape), {
      shape: model,
      name: 's.npy',
    });
  const message = /^s\.npy has shape \[41\], the model takes \[40, 1\]; pass one input of that shape$/;
  await assertRefused(read([41], [40, 1]), 'invalid-input', message);
  await assertRefused(read([2, 40, 1], [40, 1]), 'invalid-input', /\[2, 40, 1\]/);
  await assertRefused(read([40, 2], [40, 1]), 'invalid-input', /\[40, 2\]/);
  await assertRefused(read([0], [null, 1]), 'invalid-input', /\[0\], the model takes \[\?, 1\]/);
  await assertRefused(read([3, 8, 8], [8, 8, 3]), 'invalid-input', /\[3, 8, 8\]/);
});

test('values that are not finite are refused with their place', async () => {
  const read = (value: number, at: number) => () => {
    const values = signal.with(at, value);
    return readInput(encodeNpy(values, [40, 1]), { shape: [40, 1], name: 's.npy' });
  };
  await assertRefused(read(NaN, 3), 'invalid-input', /^s\.npy holds NaN at \[3, 0\].*; replace such values/);
  await assertRefused(read(-Infinity, 39), 'invalid-input', /-Infinity at \[39, 0\]/);
  await assertRefused(read(1e39, 0), 'invalid-input', /1e\+39 at \[0, 0\], which is no finite float32/);
});

test('an image for a model of signals is refused', async () => {
  const message = /^noise\.png is an image, the model takes \[40, 1\]; pass a \.npy file/;
  await assertRefused(() => readInput(png, { shape: [40, 1], name: 'noise.png' }), 'invalid-input', message);
  await assertRefused(() => readInput(png, { shape: [13, 17, 4] }), 'invalid-input', /takes \[13, 17, 4\]/);
});

test('a wrong normalisation is refused', async () => {
  const read =
    (normalize: Normalization, source: Uint8Array | string = png) =>
    () =>
      readInput(source, { shape: source === png ? ownSize : [40, 1], normalize });
  await assertRefused(read({ mean: 0, deviation: 0 }), 'invalid-option', /deviation must not be 0/);
  await assertRefused(
    read({ mean: [0, 0], deviation: 1 }),
    'invalid-option',
    /mean must be .* 3 of them.*\[0, 0\]/,
  );
  await assertRefused(
    read({ mean: 0, deviation: NaN }),
    'invalid-option',
    /deviation must be a finite number/,
  );
  await assertRefused(
    read('zscore' as string as Normalization),
    'invalid-option',
    /'caffe' or {mean, deviation}, got "zscore"/,
  );
  await assertRefused(read('0..1', encodeNpy(signal)), 'invalid-option', /leave the option out/);
  await assertRefused(read('0..1', 'mnist1d:0'), 'invalid-option', /leave the option out/);
});

test('what is neither image nor array is refused', async () => {
  const read = (text: string) => () =>
    readInput(new TextEncoder().encode(text), { shape: ownSize, name: 'notes.txt' });
  await assertRefused(
    read('hello'),
    'unsupported-format',
    /^notes\.txt is no PNG, .* and no \.npy array; convert/,
  );
  await assertRefused(read(''), 'invalid-file', /^notes\.txt is empty/);
  await assertRefused(read('\x89PNG\r\n'), 'unsupported-format', /notes\.txt/);
});

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

test('class names are the lines of a text', async () => {
  assert.equal(await readClassNames(text('tumor\r\n stroma \nÖdem\n\n'), 3), ['tumor', 'stroma', 'Ödem']);
  assert.equal(await readClassNames(text('one')), ['one']);
  assert.equal(await readClassNames(text('\ufeffa\nb')), ['a', 'b']);
});

test('class names of JSON: lists, maps either way, Teachable Machine, Hugging Face, Keras', async () => {
  const read = (value: unknown): Promise<string[]> => readClassNames(text(JSON.stringify(value)), 2);
  assert.equal(await read(['cat', 'dog']), ['cat', 'dog']);
  assert.equal(await read({ 1: 'dog', 0: 'cat' }), ['cat', 'dog']);
  assert.equal(await read({ dog: 1, cat: 0 }), ['cat', 'dog']);
  assert.equal(await read({ 0: ['n0', 'cat'], 1: ['n1', 'dog'] }), ['cat', 'dog']);
  assert.equal(await read({ tmVersion: '2', labels: ['cat', 'dog'] }), ['cat', 'dog']);
  assert.equal(await read({ architectures: [], id2label: { 0: 'cat', 1: 'dog' } }), ['cat', 'dog']);
  for (const value of [{ 0: 'cat', 2: 'dog' }, { cat: 0, dog: 0 }, { cat: 'dog' }, [1, 2], [], {}]) {
    await assertRefused(() => read(value), 'invalid-file', /gives no class names: its JSON/);
  }
  await assertRefused(() => read(['cat', 'cat']), 'invalid-file', /entry 1 repeats 'cat'/);
  await assertRefused(() => readClassNames(text('{"a": ')), 'invalid-file', /broken JSON/);
});

test('class names of CSV: with indices wherever they stand, with titles or without', async () => {
  const read = (content: string, count?: number): Promise<string[]> =>
    readClassNames(new File([content], 'names.csv'), count);
  const names = ['cat', 'hot dog, warm', 'Eule'];
  for (const [content, count] of [
    ['cat\n"hot dog, warm"\nEule\n', undefined],
    ['name\r\ncat\r\n"hot dog, warm"\r\nEule\r\n', undefined],
    ['Tier\ncat\n"hot dog, warm"\nEule\n', 3],
    ['2,Eule\n0,cat\n1,"hot dog, warm"\n', undefined],
    ['\ufeffindex,class name\n1,cat\n3,Eule\n2,"hot dog, warm"\n', undefined],
    ['label;color;class_id\nEule;brown;2\ncat;black;0\n hot dog, warm ;red;1', 3],
    ['\tname\n0\tcat\n1\thot dog, warm\n2\tEule\n', undefined],
  ] as const)
    assert.equal(await read(content, count), names, content);
  assert.equal(await read('digit,name\n0,0\n1,1\n2,2\n', 3), ['0', '1', '2']);
  await assertRefused(() => read('0,cat\n1,dog\n3,owl\n'), 'invalid-file', /count from 0 or 1 without gaps/);
  await assertRefused(() => read(''), 'invalid-file', /no column of names/);
  await assertRefused(() => read('"cat\ndog'), 'invalid-file', /no table of comma-separated values/);
  await assertRefused(() => read('0,cat\n1,dog\n', 3), 'invalid-file', /it has 2 names, the model has 3/);
});

test('class names that do not fit are refused', async () => {
  const read = (content: Uint8Array, count?: number) => () => readClassNames(content, count);
  await assertRefused(read(text('')), 'invalid-file', /line 1 is blank/);
  await assertRefused(read(text('a\n\nb')), 'invalid-file', /line 2 is blank; write one name a line/);
  await assertRefused(read(text('a\nb\na')), 'invalid-file', /line 3 repeats 'a'/);
  await assertRefused(read(text('a\nb'), 3), 'invalid-file', /it has 2 names, the model has 3 classes/);
  await assertRefused(read(Uint8Array.of(0xff, 0xfe, 0x41)), 'invalid-file', /it is no text/);
});

test('a picture is not resized to what takes more memory than any picture', async () => {
  const picture = encodeNpy(new Uint8Array(12), [2, 2, 3]);
  for (const shape of [
    [1e5, 1e5, 3],
    [1, 1e8, 3],
  ]) {
    await assertRefused(
      () => readInput(picture, { shape }),
      'invalid-input',
      /The model takes .* more than 89478485 pixels/,
    );
  }
});

test.run();
