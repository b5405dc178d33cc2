import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fitImage } from '../src/input/fit-image.ts';
import { toRgb } from '../src/input/byte-image.ts';

const test = suite('pictures of other proportions, and those that can be seen through');

/** One channel, its values counted from 1. */
const picture = (width: number, height: number) => ({
  width,
  height,
  channels: 1,
  data: Uint8Array.from({ length: width * height }, (_, i) => i + 1),
});

test('a wide picture is cropped at its sides, a high one above and below', () => {
  const wide = fitImage(picture(4, 2), 10, 10, 'crop');
  assert.equal([wide.width, wide.height, [...wide.data]], [2, 2, [2, 3, 6, 7]]);
  const high = fitImage(picture(2, 4), 5, 5, 'crop');
  assert.equal([high.width, high.height, [...high.data]], [2, 2, [3, 4, 5, 6]]);
});

test('a wide picture is padded above and below, a high one at its sides', () => {
  const wide = fitImage(picture(4, 2), 1, 1, 'pad');
  assert.equal([wide.width, wide.height], [4, 4]);
  assert.equal([...wide.data], [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0]);
  const high = fitImage(picture(1, 3), 3, 3, 'pad');
  assert.equal([...high.data], [0, 1, 0, 0, 2, 0, 0, 3, 0]);
});

test('a picture that fits, is squashed, or has no proportions to take stays as it is', () => {
  const given = picture(4, 2);
  assert.is(fitImage(given, 2, 4, 'crop'), given);
  assert.is(fitImage(given, 5, 5), given);
  assert.is(fitImage(given, null, 5, 'pad'), given);
});

test('transparency is dropped, or the picture is laid on white', () => {
  const image = { width: 2, height: 1, channels: 4, data: Uint8Array.of(100, 0, 200, 51, 10, 20, 30, 255) };
  const dropped = toRgb(image);
  assert.equal([...dropped.data], [100, 0, 200, 10, 20, 30]);
  const white = toRgb(image, 'white');
  // A fifth of the color, four fifths of white.
  assert.equal([...white.data], [224, 204, 244, 10, 20, 30]);
  assert.is(white.hadTransparency, true);
  const opaque = toRgb({ width: 1, height: 1, channels: 2, data: Uint8Array.of(9, 255) }, 'white');
  assert.equal([[...opaque.data], opaque.hadTransparency], [[9, 9, 9], false]);
});

test.run();
