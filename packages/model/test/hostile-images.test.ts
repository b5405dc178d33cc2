import { decodeImage } from '#platform';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readInput } from '../src/index.ts';
import { readTiffDirectory } from '../src/input/tiff/directory.ts';
import golden from './golden/images.json';
import { pngFile, tiffFile } from './support/image-files.ts';
import { assertAborted, assertRefused } from './support/refusal.ts';

const test = suite('images that are not what they claim');

const file = (name: string): Uint8Array => {
  const text = atob(golden.find((record) => record.name === name)?.base64 ?? '');
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
};

/** Refused, and long before memory or time for the claim could have been taken. */
async function refused(bytes: Uint8Array, pattern: RegExp, maxPixels?: number): Promise<void> {
  const start = performance.now();
  await assertRefused(() => decodeImage(bytes, 'photo', { maxPixels }), 'invalid-file', pattern);
  // Some milliseconds; the first image loads the decoder on a busy machine.
  assert.ok(performance.now() - start < 5000, 'at once');
}

test('a size beyond the limits is refused by its numbers, and one within a raised limit is not', async () => {
  const row = await pngFile(300, 2, new Uint8Array(602));
  await refused(row, /photo has 300 x 2 pixels, more than 599; .*raise the limit/, 599);
  assert.is((await decodeImage(row, 'photo', { maxPixels: 600 })).width, 300);
  await refused(
    await pngFile(1, 70_000, new Uint8Array(140_000)),
    /1 x 70000 pixels, and 65535 are the most/,
    1e12,
  );
  await refused(
    tiffFile(new Uint8Array(4), { width: 20_000, height: 20_000 }),
    /20000 x 20000 pixels, more than 89478485/,
  );
  await assertRefused(
    () => readInput(row, { shape: [null, null, 1], maxPixels: 10 }),
    'invalid-file',
    /more than 10; resize it or raise the limit/,
  );
});

test('a WebP of 36 bytes that claims 268 million pixels is refused', async () => {
  const webp = new Uint8Array(36);
  webp.set(new TextEncoder().encode('RIFF\x1c\0\0\0WEBPVP8L\x0f\0\0\0'));
  // 14 bits each of width - 1 and height - 1.
  webp.set([0x2f, 0xfe, 0xbf, 0xff, 0x0f], 20);
  await refused(webp, /16383 x 16383 pixels/);
  await refused(file('webp lossless').subarray(0, -2), /ends before its image data/);
});

test('a JPEG with the data of a small image and the size of a large one is refused', async () => {
  const bytes = file('jpeg RGB');
  const frame = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0);
  const large = Uint8Array.from(bytes);
  new DataView(large.buffer).setUint32(frame + 5, (9000 << 16) | 9000);
  await refused(large, /too short for its size/);
});

test('a PNG whose data cannot be all of its image is refused, as is one with more', async () => {
  await refused(await pngFile(9000, 9000, new Uint8Array(10), 2), /too short for its size/);
  if (typeof document === 'undefined') return;
  await refused(await pngFile(10, 10, new Uint8Array(50_000_000)), /more data than its size says/);
});

const damagedTiffs: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ['without data', tiffFile(new Uint8Array(), { width: 4, height: 4 }), /too short for its size/],
  [
    'whose strip lies outside the file',
    tiffFile(new Uint8Array(16), { width: 4, height: 4, byteCount: 1e6 }),
    /ends/,
  ],
  [
    'with fewer strips than rows',
    tiffFile(new Uint8Array(16), { width: 4, height: 4, rowsPerStrip: 1 }),
    /directory is damaged/,
  ],
  [
    'with strips of no rows',
    tiffFile(new Uint8Array(16), { width: 4, height: 4, rowsPerStrip: 0 }),
    /directory is damaged/,
  ],
  [
    'with endless tiles',
    tiffFile(new Uint8Array(16), { width: 4, height: 4, more: { 322: 1e5, 323: 1e5, 324: 8, 325: 16 } }),
    /damaged/,
  ],
  ['without pixels', tiffFile(new Uint8Array(16), { width: 0, height: 4 }), /0 x 4 pixels/],
  [
    'with a code that LZW cannot have',
    tiffFile(Uint8Array.of(0x80, 0x3f, 0xff, 0xff), { width: 4, height: 4, compression: 5 }),
    /damaged|too short/,
  ],
  [
    'with PackBits that do nothing',
    tiffFile(new Uint8Array(99).fill(128), { width: 4, height: 4, compression: 32773 }),
    /too short/,
  ],
];
for (const [what, bytes, pattern] of damagedTiffs) {
  test(`a TIFF ${what} is refused`, () => refused(bytes, pattern));
}

test('a TIFF whose directory leads back to itself is its first image', async () => {
  const { data } = await decodeImage(
    tiffFile(Uint8Array.of(0, 85, 170, 255), { width: 2, height: 2 }),
    'photo',
  );
  assert.equal([...data], [0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255]);
});

test('a TIFF in tiles, in planes and with differences has its pixels in place', async () => {
  const values = Uint8Array.from({ length: 16 * 16 }, (_, i) => i);
  const tiled = tiffFile(values, { width: 3, height: 2, more: { 322: 16, 323: 16, 324: 8, 325: 256 } });
  const { data } = await decodeImage(tiled, 'photo');
  assert.equal(
    [...data].filter((_, i) => i % 3 === 0),
    [0, 1, 2, 16, 17, 18],
  );
  const differences = tiffFile(Uint8Array.of(1, 1, 250, 7, 0, 2), { width: 3, height: 2, more: { 317: 2 } });
  const added = await decodeImage(differences, 'photo');
  assert.equal(
    [...added.data].filter((_, i) => i % 3 === 0),
    [1, 2, 252, 7, 7, 9],
  );
});

for (const name of ['png RGB', 'jpeg RGB', 'tiff RGB', 'webp lossless']) {
  test(`decoding ends when its time is over or somebody has enough of it: ${name}`, async () => {
    await assertRefused(
      () => decodeImage(file(name), 'photo', { maxSeconds: 0 }),
      'invalid-file',
      /photo takes more than 0 s to decode; .*maxSeconds/,
    );
    const controller = new AbortController();
    controller.abort();
    await assertAborted(
      () => decodeImage(file(name), 'photo', { signal: controller.signal }),
      controller.signal,
    );
    // Neither is in the way of an image that is fast enough.
    await decodeImage(file(name), 'photo', { signal: new AbortController().signal });
  });
}

test('any changed byte of deflated data is refused', async () => {
  const bytes = file('tiff RGB deflate');
  const { offsets, byteCounts } = readTiffDirectory(bytes);
  const [start = 0, count = 0] = [offsets[0], byteCounts[0]];
  assert.ok(count > 100);
  for (let i = start; i < start + count; i += 7) {
    const changed = Uint8Array.from(bytes);
    changed[i] = (changed[i] ?? 0) ^ 0x10;
    await refused(changed, /damaged|more data|too short/);
  }
});

test.run();
