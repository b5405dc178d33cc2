import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { XaiError } from '../src/index.ts';
import { colorMap, colorMapNames, type ColorMapName } from '../src/drawing.ts';
import { valueScale } from '../src/drawing/color/value-scale.ts';
import { areaAverage } from '../src/drawing/pixels/area-average.ts';
import { displaySize } from '../src/drawing/pixels/display-size.ts';
import { mapOf } from './support/drawings.ts';

const test = suite('colors and sizes of drawings');

test('the ends of the color maps are those of Matplotlib', () => {
  const ends: Partial<Record<ColorMapName, readonly (readonly number[])[]>> = {
    viridis: [
      [68, 1, 84],
      [253, 231, 37],
    ],
    inferno: [
      [0, 0, 4],
      [252, 255, 164],
    ],
    magma: [
      [0, 0, 4],
      [252, 253, 191],
    ],
    jet: [
      [0, 0, 128],
      [128, 0, 0],
    ],
    RdBu_r: [
      [5, 48, 97],
      [103, 0, 31],
    ],
  };
  for (const [name, [low, high]] of Object.entries(ends)) {
    const lookUp = colorMap(name as ColorMapName);
    assert.equal(lookUp(0), low!, name);
    assert.equal(lookUp(1), high!, name);
  }
});

test('every color map gives bytes, and values outside [0, 1] the colors of the ends', () => {
  for (const name of colorMapNames) {
    const lookUp = colorMap(name);
    for (let value = 0; value <= 1; value += 1 / 64) {
      assert.ok(
        lookUp(value).every((channel) => Number.isInteger(channel) && channel >= 0 && channel <= 255),
      );
    }
    assert.equal(lookUp(-3), lookUp(0));
    assert.equal(lookUp(7), lookUp(1));
  }
});

test('the lightness of viridis grows with the value', () => {
  const luminance = ([r, g, b]: readonly number[]) => 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  const values = Array.from({ length: 32 }, (_, i) => luminance(colorMap('viridis')(i / 31)));
  for (let i = 1; i < values.length; i++) assert.ok(values[i]! > values[i - 1]!);
});

test('an unknown color map is refused with the names of the known ones', () => {
  for (const name of ['rainbow', 'toString']) {
    assert.throws(
      () => colorMap(name as ColorMapName),
      (error: unknown) =>
        error instanceof XaiError &&
        error.code === 'invalid-option' &&
        error.message.includes('viridis, turbo'),
    );
  }
});

test('a map without negative values goes from 0 to its maximum in viridis', () => {
  const scale = valueScale({ shape: [3], data: Float32Array.of(1, 2, 4) }, {});
  assert.equal([scale.minimum, scale.maximum, scale.colorMap, scale.signed], [0, 4, 'viridis', false]);
  assert.equal(scale.position(1), 0.25);
});

test('a map with negative values is symmetric around 0, which is the middle of the diverging color map', () => {
  const scale = valueScale({ shape: [3], data: Float32Array.of(-1, 2, -4) }, {});
  assert.equal([scale.minimum, scale.maximum, scale.colorMap, scale.signed], [-4, 4, 'RdBu_r', true]);
  assert.equal(scale.position(0), 0.5);
  const [r, g, b] = scale.color(0);
  assert.ok(Math.min(r, g, b) > 235, 'zero is nearly white');
});

test('a map is flat exactly where all its values are equal', () => {
  assert.ok(valueScale(mapOf([4, 4], 0), {}).flat);
  assert.ok(valueScale(mapOf([1], 0.3), {}).flat);
  assert.not(valueScale(mapOf([4, 4]), {}).flat);
});

test('a range overrules the values, and an empty one is refused', () => {
  assert.equal(valueScale(mapOf([4]), { range: [0, 10] }).maximum, 10);
  for (const range of [
    [1, 1],
    [2, 1],
    [0, NaN],
    [-Infinity, 0],
  ] as const) {
    assert.throws(
      () => valueScale(mapOf([4]), { range }),
      (error: unknown) => error instanceof XaiError && error.code === 'invalid-option',
    );
  }
});

test('maps with NaN, without values or with another number of them are refused', () => {
  const maps = [
    { shape: [2], data: Float32Array.of(1, NaN) },
    { shape: [0], data: new Float32Array(0) },
    { shape: [3, 2], data: new Float32Array(5) },
  ];
  for (const map of maps) {
    assert.throws(
      () => valueScale(map, {}),
      (error: unknown) => error instanceof XaiError && error.code === 'invalid-input',
    );
  }
});

test('averaging keeps the mean and takes each cell by the area it covers', () => {
  const small = areaAverage({ width: 3, height: 1, channels: 1, data: [0, 6, 12] }, 2, 1);
  // Cells of 1.5 values: (0 + 6 / 2) / 1.5 and (6 / 2 + 12) / 1.5.
  assert.equal(Array.from(small.data), [2, 10]);
  const { data } = mapOf([30, 50]);
  const mean = (values: ArrayLike<number>) =>
    Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const shrunk = areaAverage({ width: 50, height: 30, channels: 1, data }, 7, 11);
  assert.equal([shrunk.width, shrunk.height], [7, 11]);
  assert.ok(Math.abs(mean(shrunk.data) - mean(data)) < 1e-6);
});

test('small pictures are drawn a whole number of times as large, large ones at the size asked for', () => {
  assert.equal(displaySize(8, 8, 400), { width: 400, height: 400 });
  assert.equal(displaySize(224, 224, 400), { width: 448, height: 448 });
  assert.equal(displaySize(512, 256, 400), { width: 512, height: 256 });
  assert.equal(displaySize(4000, 2000, 400), { width: 400, height: 200 });
  assert.equal(displaySize(2000, 1, 400), { width: 400, height: 24 });
});

test.run();
