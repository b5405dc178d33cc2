import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ModelError } from '../src/index.ts';
import { toGrey, toRgb } from '../src/input/byte-image.ts';
import { resizeImage } from '../src/input/resize-image.ts';
// Made by golden/resize-image.py.
import bytes from './golden/resize-image.bin';
import golden from './golden/resize-image.json';

const test = suite('resizing images');

let offset = 0;
const take = (length: number): Uint8Array => bytes.subarray(offset, (offset += length));

for (const { from, to, mode } of golden) {
  const [width = 0, height = 0] = from;
  const [newWidth = 0, newHeight = 0] = to;
  const channels = mode === 'L' ? 1 : 3;
  const source = take(width * height * 3);
  const expected = take(newWidth * newHeight * channels);

  test(`${width} x ${height} to ${newWidth} x ${newHeight} ${mode} is PIL's, bit for bit`, () => {
    const image = { width, height, channels: 3, data: source };
    const resized = resizeImage(mode === 'L' ? toGrey(image) : image, newWidth, newHeight);
    assert.equal([resized.width, resized.height, resized.channels], [newWidth, newHeight, channels]);
    assert.equal(resized.data, expected);
  });
}

test('all golden bytes were compared', () => {
  assert.is(offset, bytes.length);
});

test('grey, alpha and color pixels become RGB without blending', () => {
  const rgbOf = (channels: number, data: number[]): number[] =>
    Array.from(toRgb({ width: 2, height: 1, channels, data: Uint8Array.from(data) }).data);
  assert.equal(rgbOf(1, [5, 9]), [5, 5, 5, 9, 9, 9]);
  assert.equal(rgbOf(2, [5, 0, 9, 255]), [5, 5, 5, 9, 9, 9]);
  assert.equal(rgbOf(3, [1, 2, 3, 4, 5, 6]), [1, 2, 3, 4, 5, 6]);
  assert.equal(rgbOf(4, [1, 2, 3, 0, 4, 5, 6, 128]), [1, 2, 3, 4, 5, 6]);
});

for (const size of [0, -1, 1.5, Number.NaN]) {
  test(`the size ${size} is refused`, () => {
    const image = { width: 1, height: 1, channels: 1, data: new Uint8Array(1) };
    assert.throws(
      () => resizeImage(image, 2, size),
      (error: unknown) => error instanceof ModelError && error.code === 'invalid-option',
    );
  });
}

test.run();
