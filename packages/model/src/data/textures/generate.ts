import { ModelError } from '../../errors.ts';
import { NumpyRandom, type Seed } from '../../random/numpy-random.ts';
import { drawBackground } from './background.ts';
import { type Pattern, textureClasses } from './patterns.ts';
import { coverage, drawRegion, type TextureRegion } from './region.ts';

/** How many images `generateTextures` makes, and how. */
export interface TexturesOptions {
  /** Images; sample i has class i modulo 8, so the classes are as even as the count allows. */
  readonly samples: number;
  readonly seed: Seed;
  /** Width and height in pixels, 32 to 1024; regions and periods grow with it. */
  readonly size: number;
}

/** What `generateTextures` takes where an option is left out. */
export const texturesDefaults: TexturesOptions = { samples: 2000, seed: 0, size: 64 };

/** Images as `generateTextures` makes them, with what is known of them. */
export interface Textures {
  /** `[samples, size, size, 3]`, 0 to 255. */
  readonly images: Uint8Array;
  /** Index into `textureClassNames`, `[samples]`. */
  readonly labels: Uint8Array;
  /** 1 where the texture is, else 0, `[samples, size, size]`. */
  readonly masks: Uint8Array;
  readonly regions: readonly TextureRegion[];
  readonly options: TexturesOptions;
}

/** One image with its truth; shapes as in `Textures` without the first dimension. */
export interface TextureSample {
  readonly image: Uint8Array;
  readonly mask: Uint8Array;
  readonly label: number;
  readonly region: TextureRegion;
}

/**
 * Locatable textures: images whose class shows in one region alone, with masks of that region, so that explanations can be
 * scored. Each image is a noisy neutral background on which a region of random place, shape and size carries the pattern of
 * one of eight classes (`textureClassNames`) in random direction, period, polarity and colors.
 *
 * In every region the pattern has mean 0 in each channel and a contrast drawn alike for all classes, so neither mean color
 * nor contrast tells the class: only the pattern does.
 *
 * Sample i depends on the seed and i alone. 2,000 images of 64 x 64 take some 4 s.
 *
 * @throws ModelError `invalid-option`, naming the option, what it must be and what came
 */
export function generateTextures(options: Partial<TexturesOptions> = {}): Textures {
  const complete = { ...texturesDefaults, ...options };
  const { samples, seed, size } = complete;
  if (!(Number.isSafeInteger(samples) && samples > 0)) {
    throw new ModelError('invalid-option', `Textures: samples must be a positive integer, got ${samples}.`);
  }
  checkSize(size);
  const images = new Uint8Array(samples * size * size * 3);
  const labels = new Uint8Array(samples);
  const masks = new Uint8Array(samples * size * size);
  const regions = Array.from({ length: samples }, (_, index) => {
    const { image, mask, label, region } = generateTexture(index, seed, size);
    images.set(image, index * image.length);
    masks.set(mask, index * mask.length);
    labels[index] = label;
    return region;
  });
  return { images, labels, masks, regions, options: complete };
}

/**
 * Sample `index` of `generateTextures` with that seed and size.
 *
 * @throws ModelError `invalid-option`, naming the option, what it must be and what came
 */
export function generateTexture(
  index: number,
  seed: Seed = texturesDefaults.seed,
  size = texturesDefaults.size,
): TextureSample {
  checkSize(size);
  const random = new NumpyRandom([seed, index].flat());
  const label = index % textureClasses.length;
  const region = drawRegion(random, size);
  const pattern = placePattern(textureClasses[label]!.create(random), region, random, size);
  const contrast = 34 + 14 * random.uniform();
  const polarity = random.uniform() < 0.5 ? -1 : 1;
  const amplitudes = [0, 0, 0].map(() => polarity * contrast * (0.75 + 0.5 * random.uniform()));
  const values = drawBackground(random, size);

  const shares = coverages(region, size);
  const { levels, mean, deviation } = sampleLevels(pattern, shares, size);
  const image = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const pixel = Math.floor(i / 3);
    const level = (levels[pixel]! - mean) / deviation;
    image[i] = Math.max(
      0,
      Math.min(255, Math.round(values[i]! + shares[pixel]! * amplitudes[i % 3]! * level)),
    );
  }
  return { image, mask: Uint8Array.from(shares, (share) => (share >= 0.5 ? 1 : 0)), label, region };
}

function checkSize(size: number): void {
  if (Number.isSafeInteger(size) && size >= 32 && size <= 1024) return;
  throw new ModelError('invalid-option', `Textures: size must be an integer from 32 to 1024, got ${size}.`);
}

/** The pattern in pixels: turned at random, with a period of 5 to 7 pixels in an image of 64. */
function placePattern(pattern: Pattern, region: TextureRegion, random: NumpyRandom, size: number): Pattern {
  const period = ((5 + 2 * random.uniform()) * size) / 64;
  const angle = 2 * Math.PI * random.uniform();
  const cosine = Math.cos(angle) / period;
  const sine = Math.sin(angle) / period;
  return (x, y) => {
    const dx = x - region.centerX;
    const dy = y - region.centerY;
    return pattern(cosine * dx + sine * dy, cosine * dy - sine * dx);
  };
}

/** `[size, size]` */
function coverages(region: TextureRegion, size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, pixel) =>
    coverage(region, (pixel % size) + 0.5, Math.floor(pixel / size) + 0.5),
  );
}

/** Pattern of each pixel of the region (mean of four points in it), and its mean and deviation over the region. */
function sampleLevels(
  pattern: Pattern,
  shares: Float64Array,
  size: number,
): { levels: Float64Array; mean: number; deviation: number } {
  const levels = shares.map((share, pixel) => {
    if (share === 0) return 0;
    const x = pixel % size;
    const y = Math.floor(pixel / size);
    const upper = pattern(x + 0.25, y + 0.25) + pattern(x + 0.75, y + 0.25);
    return (upper + pattern(x + 0.25, y + 0.75) + pattern(x + 0.75, y + 0.75)) / 4;
  });
  const area = shares.reduce((sum, share) => sum + share, 0);
  const mean = levels.reduce((sum, level, pixel) => sum + shares[pixel]! * level, 0) / area;
  const variance = levels.reduce((sum, level, pixel) => sum + shares[pixel]! * (level - mean) ** 2, 0) / area;
  return { levels, mean, deviation: Math.sqrt(variance) };
}
