import { ModelError } from '../../errors.ts';
import type { Seed } from '../../random/numpy-random.ts';
import { checkIndices, type DataSet } from '../data-set.ts';
import { generateTextures, type Textures, texturesDefaults } from './generate.ts';
import { textureClassNames } from './patterns.ts';
import type { TextureRegion } from './region.ts';

/** How many images `texturesDataSets` makes, of which size, from which seed. */
export interface TexturesDataSetsOptions {
  readonly trainSamples: number;
  readonly testSamples: number;
  /** Training images have the seed [seed, 0], test images [seed, 1]. */
  readonly seed: number;
  readonly size: number;
}

/** A data set whose samples say where the evidence for their class is. */
export interface TexturesDataSet extends DataSet {
  /** 1 where the texture of sample `index` is, else 0, `[height, width]`. */
  mask(index: number): Uint8Array;
  region(index: number): TextureRegion;
}

const defaults: TexturesDataSetsOptions = {
  trainSamples: 2000,
  testSamples: 500,
  seed: 0,
  size: texturesDefaults.size,
};

/** Test images of the default data sets. */
export const textureTestSamples = defaults.testSamples;

/** Seed of the test images that belong to a seed of `texturesDataSets`. */
export function textureTestSeed(seed: number = defaults.seed): Seed {
  return [seed, 1];
}

/**
 * Locatable textures (see `generateTextures`) as data sets of inputs `[size, size, 3]` in 0 to 1.
 *
 * @throws ModelError `invalid-option`, naming the option, what it must be and what came
 */
export function texturesDataSets(options: Partial<TexturesDataSetsOptions> = {}): {
  train: TexturesDataSet;
  test: TexturesDataSet;
} {
  const { trainSamples, testSamples, seed, size } = { ...defaults, ...options };
  const train = generateTextures({ samples: trainSamples, seed: [seed, 0], size });
  const test = generateTextures({ samples: testSamples, seed: textureTestSeed(seed), size });
  return { train: asDataSet('textures train', train), test: asDataSet('textures test', test) };
}

function asDataSet(name: string, textures: Textures): TexturesDataSet {
  const { images, labels, masks, regions, options } = textures;
  const { size } = options;
  const own = { name, count: labels.length };
  const length = size * size * 3;
  return {
    ...own,
    classNames: textureClassNames,
    inputShape: [size, size, 3],
    labels: Uint16Array.from(labels),
    skipped: [],
    source: () => null,
    batch: (indices) =>
      Promise.resolve().then(() => {
        checkIndices(indices, own);
        const batch = new Float32Array(indices.length * length);
        for (let i = 0; i < batch.length; i++) {
          batch[i] = images[indices[Math.floor(i / length)]! * length + (i % length)]! / 255;
        }
        return batch;
      }),
    mask: (index) => {
      checkIndices([index], own);
      return masks.subarray(index * size * size, (index + 1) * size * size);
    },
    region: (index) => {
      const region = regions[index];
      if (region === undefined) throw new ModelError('invalid-option', `${name} has no sample ${index}.`);
      return region;
    },
  };
}
