import { ModelError } from '../../errors.ts';
import { NumpyRandom, type Seed } from '../../random/numpy-random.ts';
import { type DataSet, sampleLength } from '../data-set.ts';
import { type AffineMatrix, flipImage, sampleAffine } from './affine-sampling.ts';

/** How training images are changed at random. */
export interface AugmentationOptions {
  /** Largest rotation in either direction, in degrees. */
  readonly rotationDegrees: number;
  /** Largest shear in either direction, in degrees: Keras' `shear_range` is an angle, not a share of the width. */
  readonly shearDegrees: number;
  /** Whether half of the images are mirrored left to right. */
  readonly horizontalFlip: boolean;
  /** Whether half of the images are mirrored top to bottom. */
  readonly verticalFlip: boolean;
}

/** What the original study trained its histology network with. */
export const studyAugmentation: AugmentationOptions = {
  rotationDegrees: 15,
  shearDegrees: 0.1,
  horizontalFlip: true,
  verticalFlip: true,
};

/** One draw of an augmentation. */
export interface DrawnAugmentation {
  readonly rotationDegrees: number;
  readonly shearDegrees: number;
  readonly flipHorizontally: boolean;
  readonly flipVertically: boolean;
}

/**
 * The data set with images that change from epoch to epoch: rotated and sheared about the centre (bilinear, the border
 * repeated outwards), then flipped. Each draw depends on the seed, the epoch and the sample's index alone, so a resumed
 * training sees the same images. Without an epoch, as for validation, images come unchanged.
 *
 * The geometry is that of Keras' `ImageDataGenerator(shear_range, rotation_range, horizontal_flip, vertical_flip)` with its
 * default `fill_mode='nearest'`. Deviations: the random stream is our own, one a sample, and images are scaled before they
 * are moved, which is the same up to rounding because sampling is linear.
 *
 * @throws ModelError `invalid-option` for a negative angle, `invalid-data` for a set whose samples are no images
 */
export function augment(
  dataSet: DataSet,
  seed: Seed,
  options: AugmentationOptions = studyAugmentation,
): DataSet {
  for (const name of ['rotationDegrees', 'shearDegrees'] as const) {
    if (options[name] >= 0 && Number.isFinite(options[name])) continue;
    throw new ModelError(
      'invalid-option',
      `${name} must be a finite number of at least 0, got ${options[name]}.`,
    );
  }
  const [height = 0, width = 0, channels = 0] = dataSet.inputShape;
  if (dataSet.inputShape.length !== 3) {
    throw new ModelError(
      'invalid-data',
      `Only images can be augmented, ${dataSet.name} has samples of shape [${dataSet.inputShape.join(', ')}].`,
    );
  }
  const length = sampleLength(dataSet);
  return {
    ...dataSet,
    batch: async (indices, epoch) => {
      const values = await dataSet.batch(indices, epoch);
      if (epoch === undefined) return values;
      for (let i = 0; i < indices.length; i++) {
        const image = values.subarray(i * length, (i + 1) * length);
        const drawn = drawAugmentation([seed, epoch, indices[i]!].flat(), options);
        image.set(augmentImage(image, [height, width, channels], drawn));
      }
      return values;
    },
  };
}

/** The draw of a stream of its own; angles are uniform, flips are tossed whether they are used or not. */
export function drawAugmentation(seed: Seed, options: AugmentationOptions): DrawnAugmentation {
  const random = new NumpyRandom(seed);
  const angle = (largest: number): number => largest * (2 * random.uniform() - 1);
  return {
    rotationDegrees: angle(options.rotationDegrees),
    shearDegrees: angle(options.shearDegrees),
    flipHorizontally: random.uniform() < 0.5 && options.horizontalFlip,
    flipVertically: random.uniform() < 0.5 && options.verticalFlip,
  };
}

/** A new image, `[height, width, channels]`: the given one rotated and sheared, then flipped. */
export function augmentImage(
  image: Float32Array,
  shape: readonly [height: number, width: number, channels: number],
  drawn: DrawnAugmentation,
): Float32Array {
  const matrix = rotationAndShear(drawn.rotationDegrees, drawn.shearDegrees);
  const moved = sampleAffine(image, shape, matrix);
  return flipImage(moved, shape, drawn.flipHorizontally, drawn.flipVertically);
}

/** Rotation times shear, on (row, column) from the output to the input, as `keras_preprocessing` composes them. */
function rotationAndShear(rotationDegrees: number, shearDegrees: number): AffineMatrix {
  const theta = (rotationDegrees * Math.PI) / 180;
  const shear = (shearDegrees * Math.PI) / 180;
  return [
    [Math.cos(theta), -Math.cos(theta) * Math.sin(shear) - Math.sin(theta) * Math.cos(shear)],
    [Math.sin(theta), -Math.sin(theta) * Math.sin(shear) + Math.cos(theta) * Math.cos(shear)],
  ];
}
