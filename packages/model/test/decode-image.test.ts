import { decodeImage } from '#platform';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ModelError } from '../src/index.ts';
import { readJpegSegments } from '../src/input/jpeg-segments.ts';
// Made by golden/images.py.
import golden from './golden/images.json';

const test = suite('decoding images');

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
const file = (name: string): Uint8Array =>
  bytesOf(golden.find((record) => record.name === name)?.base64 ?? '');
const inBrowser = typeof document !== 'undefined';

/** A picture of 3 channels, turned clockwise by a quarter. */
function turnedRight(rgb: Uint8Array, width: number, height: number): Uint8Array {
  return Uint8Array.from(rgb, (_, i) => {
    const [row, column, channel] = [Math.floor(i / 3 / height), Math.floor(i / 3) % height, i % 3];
    return rgb[((height - 1 - column) * width + row) * 3 + channel] ?? 0;
  });
}

async function refusal(bytes: Uint8Array): Promise<ModelError> {
  try {
    await decodeImage(bytes, 'photo.png');
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
  throw new Error('the image was decoded, an error was expected');
}

for (const { name, base64, rgb } of golden) {
  if (rgb === null) {
    test(`${name} is refused with a remedy`, async () => {
      const error = await refusal(bytesOf(base64));
      assert.is(error.code, 'unsupported-format');
      assert.match(error.message, /^photo\.png has [^\n]*; convert it to 8-bit grey or RGB$/);
    });
    continue;
  }
  test(`${name} has PIL's colors`, async () => {
    const image = await decodeImage(bytesOf(base64), name);
    // The golden values are those of the pixels as they are stored; orientation 6 asks for a quarter turn.
    const isTurned = name === 'jpeg with an orientation';
    const [width, height] = isTurned ? [13, 17] : [17, 13];
    assert.equal([image.width, image.height, image.channels], [width, height, 3]);
    const expected = isTurned ? turnedRight(bytesOf(rgb), 17, 13) : bytesOf(rgb);
    // Browsers convert JPEG's colors with a rounding of their own.
    const tolerance = inBrowser && name.startsWith('jpeg') ? 2 : 0;
    const worst = expected.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (image.data[i] ?? NaN))),
      0,
    );
    assert.ok(worst <= tolerance, `differs by ${worst}`);
  });
}

for (const name of ['png RGB', 'jpeg RGB', 'tiff RGB', 'tiff RGB lzw', 'webp lossless']) {
  test(`a truncated ${name} is called broken`, async () => {
    const bytes = file(name);
    const error = await refusal(bytes.subarray(0, Math.floor(bytes.length / 2)));
    assert.is(error.code, 'invalid-file');
    assert.match(error.message, /^photo\.png is a broken image \([^\n]+\); [^\n]+$/);
  });
}

test('a JPEG may have fill bytes and must have image data', () => {
  const bytes = file('jpeg RGB');
  const filled = Uint8Array.from([...bytes.subarray(0, 2), 0xff, 0xff, ...bytes.subarray(2)]);
  assert.is(readJpegSegments(filled).components, 3);
  assert.throws(() => readJpegSegments(bytes.subarray(0, 30)), /ends before its image data/);
});

test('the format counts, not the name', async () => {
  const image = await decodeImage(file('tiff RGB'), 'misnamed.png');
  assert.is(image.width, 17);
});

for (const [what, bytes] of [
  ['no bytes', new Uint8Array()],
  ['text', new TextEncoder().encode('not an image at all')],
  ['a GIF', new TextEncoder().encode('GIF89a\x01\x00\x01\x00\x80')],
] as const) {
  test(`${what} is no image`, async () => {
    const error = await refusal(bytes);
    assert.is(error.code, 'unsupported-format');
    assert.match(error.message, /no PNG, JPEG, TIFF or WebP image; convert/);
  });
}

test.run();
