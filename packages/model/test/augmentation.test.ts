import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose } from '@ablation-cam/tools/testing';
import { arrayDataSet, augment, type DataSet, splitDataSet, studyAugmentation } from '../src/index.ts';
import { augmentImage, drawAugmentation } from '../src/data/augmentation/augment.ts';
// Made by golden/augmentation.py.
import golden from './golden/augmentation.json';
import { assertRefused } from './support/refusal.ts';

const test = suite('augmentation');

for (const record of golden) {
  const { rotationDegrees, shearDegrees } = record;
  const [height = 0, width = 0, channels = 0] = record.shape;

  test(`${height} x ${width} turned by ${rotationDegrees} and sheared by ${shearDegrees} is as SciPy moves it`, () => {
    const image = Float32Array.from(record.image);
    const moved = (flipHorizontally: boolean, flipVertically: boolean): Float32Array =>
      augmentImage(image, [height, width, channels], {
        rotationDegrees,
        shearDegrees,
        flipHorizontally,
        flipVertically,
      });
    // Values up to 1 in single precision, golden values rounded to 8 decimals.
    assertClose(moved(false, false), record.moved, { absolute: 1e-7 });
    assertClose(moved(true, false), record.flippedHorizontally, { absolute: 1e-7 });
    assertClose(moved(true, true), record.flippedBoth, { absolute: 1e-7 });
    assert.equal(image, Float32Array.from(record.image));
  });
}

function ramps(count: number): DataSet {
  return arrayDataSet({
    name: 'ramps',
    classNames: ['even', 'odd'],
    inputShape: [6, 5, 3],
    values: Float32Array.from({ length: count * 90 }, (_, i) => Math.sin(i)),
    labels: Array.from({ length: count }, (_, i) => i % 2),
  });
}

test('an image depends on seed, epoch and sample, and on nothing else', async () => {
  const augmented = augment(ramps(8), 5);
  const image = (data: Float32Array, position: number): Float32Array =>
    data.slice(position * 90, position * 90 + 90);
  const whole = await augmented.batch([0, 1, 2, 3], 2);
  const other = await augment(ramps(8), 5).batch([3, 1], 2);
  assert.equal(image(other, 0), image(whole, 3));
  assert.equal(image(other, 1), image(whole, 1));
  assert.not.equal(image(await augmented.batch([1], 3), 0), image(whole, 1));
  assert.not.equal(image(await augment(ramps(8), 6).batch([1], 2), 0), image(whole, 1));
});

test('without an epoch images come unchanged', async () => {
  assert.equal(await augment(ramps(4), 5).batch([2, 0]), await ramps(4).batch([2, 0]));
});

test('a part of an augmented set is augmented as in the whole', async () => {
  const augmented = augment(ramps(12), 1);
  const { rest } = splitDataSet(augmented, 0.3, 0);
  const whole = await augmented.batch(
    Array.from({ length: 12 }, (_, i) => i),
    4,
  );
  const part = await rest.batch([0], 4);
  const original = await rest.batch([0]);
  const unchanged = await ramps(12).batch(Array.from({ length: 12 }, (_, i) => i));
  const position =
    Array.from({ length: 12 }, (_, i) => i).find((i) => unchanged[i * 90] === original[0]) ?? -1;
  assert.equal(part, whole.slice(position * 90, position * 90 + 90));
});

test('draws fill their ranges evenly, and half of the images are flipped', () => {
  const draws = Array.from({ length: 4000 }, (_, i) => drawAugmentation([1, 2, i], studyAugmentation));
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const rotations = draws.map(({ rotationDegrees }) => rotationDegrees);
  assert.ok(rotations.every((angle) => Math.abs(angle) <= 15));
  assert.ok(draws.every(({ shearDegrees }) => Math.abs(shearDegrees) <= 0.1));
  // Four standard errors: 15 / sqrt(3) / sqrt(4000) is 0.137; of the mean of squares, 75, it is 1.06.
  assert.ok(Math.abs(mean(rotations)) < 0.55);
  assert.ok(Math.abs(mean(rotations.map((angle) => angle * angle)) - 75) < 4.3);
  for (const flip of ['flipHorizontally', 'flipVertically'] as const) {
    // Four standard errors of a fair coin.
    assert.ok(Math.abs(mean(draws.map((draw) => Number(draw[flip]))) - 0.5) < 0.032);
  }
  const still = { rotationDegrees: 0, shearDegrees: 0, horizontalFlip: false, verticalFlip: false };
  assert.equal(drawAugmentation(9, still), {
    rotationDegrees: 0,
    shearDegrees: 0,
    flipHorizontally: false,
    flipVertically: false,
  });
});

test('what cannot be augmented is refused', async () => {
  const options = { ...studyAugmentation, rotationDegrees: -1 };
  await assertRefused(() => augment(ramps(2), 0, options), 'invalid-option', /rotationDegrees must be/);
  const signals = arrayDataSet({
    name: 'signals',
    classNames: ['a', 'b'],
    inputShape: [4, 1],
    values: new Float32Array(4),
    labels: [0],
  });
  await assertRefused(() => augment(signals, 0), 'invalid-data', /Only images .* shape \[4, 1\]/);
});

test.run();
