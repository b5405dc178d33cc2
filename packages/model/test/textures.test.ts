import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  generateTexture,
  generateTextures,
  textureClassNames,
  type Textures,
  texturesDataSets,
} from '../src/index.ts';
import { assertRefused } from './support/refusal.ts';

const test = suite('locatable textures');

const textures = generateTextures({ samples: 160, seed: 3 });
const pixels = 64 * 64;

/** Mean and deviation of a channel over the pixels of a sample whose mask has this value. */
function statistics(
  { images, masks }: Textures,
  sample: number,
  channel: number,
  mask: number,
): [number, number] {
  const values = Array.from({ length: pixels }, (_, pixel) => pixel)
    .filter((pixel) => masks[sample * pixels + pixel] === mask)
    .map((pixel) => images[(sample * pixels + pixel) * 3 + channel]!);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return [mean, Math.sqrt(variance)];
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** FNV-1a. */
function checksum(values: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const value of values) hash = Math.imul(hash ^ value, 0x01000193);
  return (hash >>> 0).toString(16);
}

test('a seed gives the same images everywhere', () => {
  const few = generateTextures({ samples: 16, seed: 42 });
  assert.is(checksum(few.images), 'f9c3f51b');
  assert.is(checksum(few.masks), 'b429d5cf');
  assert.equal(Array.from(few.labels), [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7]);
});

test('a sample depends on the seed and its index alone', () => {
  const { image, mask, label, region } = generateTexture(130, 3);
  assert.equal(image, textures.images.slice(130 * pixels * 3, 131 * pixels * 3));
  assert.equal(mask, textures.masks.slice(130 * pixels, 131 * pixels));
  assert.equal([label, region], [textures.labels[130], textures.regions[130]]);
  assert.not.equal(generateTexture(130, 4).image, image);
});

test('the region lies in the image and covers 7 to 16 % of it', () => {
  for (let sample = 0; sample < 160; sample++) {
    const mask = textures.masks.subarray(sample * pixels, (sample + 1) * pixels);
    const share = mean(Array.from(mask));
    assert.ok(share > 0.07 && share < 0.165, `${share}`);
    const border = mask.filter((_, i) => i % 64 === 0 || i % 64 === 63 || i < 64 || i >= pixels - 64);
    assert.not(border.includes(1));
  }
});

test('regions are everywhere: every pixel of the middle is in some, and none is in most', () => {
  for (let y = 16; y < 48; y++) {
    for (let x = 16; x < 48; x++) {
      const covered = textures.regions.filter(
        (_, sample) => textures.masks[sample * pixels + y * 64 + x] === 1,
      );
      assert.ok(covered.length > 0 && covered.length < 80, `${covered.length} of 160 at ${x}, ${y}`);
    }
  }
});

test('contrast is in the region, mean color is not', () => {
  const differences: number[] = [];
  for (let sample = 0; sample < 160; sample++) {
    for (let channel = 0; channel < 3; channel++) {
      const [inside, insideDeviation] = statistics(textures, sample, channel, 1);
      const [outside, outsideDeviation] = statistics(textures, sample, channel, 0);
      assert.ok(
        insideDeviation > 1.4 * outsideDeviation,
        `sample ${sample}: ${insideDeviation}, ${outsideDeviation}`,
      );
      differences.push(inside - outside);
    }
  }
  // The background's clouds move the means of single images by some grey values; over all of them nothing is left.
  assert.ok(Math.abs(mean(differences)) < 1.5, `${mean(differences)}`);
});

test('neither mean nor contrast tells the class', () => {
  const byClass = textureClassNames.map((_, label) => {
    const members = textures.labels.reduce<number[]>((all, l, i) => (l === label ? [...all, i] : all), []);
    const all = members.flatMap((sample) =>
      [0, 1, 2].map((channel) => statistics(textures, sample, channel, 1)),
    );
    return { mean: mean(all.map(([m]) => m)), deviation: mean(all.map(([, d]) => d)) };
  });
  const spread = (values: number[]): number => Math.max(...values) - Math.min(...values);
  // Means of 20 images: base greys deviate by 12, contrasts by 6; four standard errors of a difference are 15 and 8.
  assert.ok(spread(byClass.map((c) => c.mean)) < 15);
  assert.ok(spread(byClass.map((c) => c.deviation)) < 8);
});

test('other sizes scale the region', () => {
  const { images, masks, regions } = generateTextures({ samples: 8, seed: 1, size: 96 });
  assert.equal([images.length, masks.length], [8 * 96 * 96 * 3, 8 * 96 * 96]);
  assert.ok(regions.every(({ radiusX }) => radiusX >= 8.5 * 1.5 && radiusX <= 14.5 * 1.5));
});

test('the data sets hold images in 0 to 1, with their masks', async () => {
  const { train, test: held } = texturesDataSets({ trainSamples: 9, testSamples: 4, seed: 7 });
  assert.equal([train.count, held.count, train.inputShape], [9, 4, [64, 64, 3]]);
  assert.equal(Array.from(train.labels), [0, 1, 2, 3, 4, 5, 6, 7, 0]);
  assert.equal(train.classNames, textureClassNames);
  const { image, mask, region } = generateTexture(3, [7, 1]);
  const batch = await held.batch([0, 3]);
  assert.equal(
    batch.subarray(pixels * 3),
    Float32Array.from(image, (value) => value / 255),
  );
  assert.equal([held.mask(3), held.region(3)], [mask, region]);
  assert.not.equal(await train.batch([3]), await held.batch([3]));
  await assertRefused(() => held.batch([4]), 'invalid-option', /samples 0 to 3/);
  await assertRefused(() => held.mask(4), 'invalid-option', /samples 0 to 3/);
  await assertRefused(() => held.region(4), 'invalid-option', /no sample 4/);
});

test('options that mean nothing are refused', async () => {
  await assertRefused(
    () => generateTextures({ samples: 0 }),
    'invalid-option',
    /samples must be a positive integer/,
  );
  await assertRefused(() => generateTextures({ samples: 1.5 }), 'invalid-option', /got 1.5/);
  await assertRefused(
    () => generateTextures({ size: 31 }),
    'invalid-option',
    /size must be an integer from 32 to 1024/,
  );
  await assertRefused(() => generateTextures({ size: 1e9 }), 'invalid-option', /size/);
  await assertRefused(() => generateTextures({ seed: -1 }), 'invalid-option', /seed/);
});

test.run();
