import { layerCandidates, normalizationText, type Network } from '@ablation-cam/model';
import { featureMap, type Explanation, type LookInsideOptions } from '@ablation-cam/xai';
import type { OpenedInput } from './open-input.ts';

/** How many times as likely as by chance the likeliest class has to be. */
const FLAT = 1.5;

/** A channel that varies by less than this part of the largest value of its map hardly sees the picture. */
const SEES = 0.02;
/**
 * Of so many channels of one map. Measured on a VGG7, the textures' network and MobileNetV2 with four pictures each: up to 53 %
 * hardly see a picture that is scaled as in training, and all of them, in one of the first maps, one that is 255 times too dark.
 */
const BLIND = 0.9;
/** The first map may lack the summands - those of a batch normalization - against which a dark picture vanishes. */
const MAPS = 3;

/**
 * Returns what hints at a wrong scale of the picture, where nothing said how to scale it: a prediction without a favorite, or first
 * feature maps in which it hardly shows. Null where nothing does.
 */
export async function scaleNote(
  { loaded: { network }, input, scale }: OpenedInput,
  { probabilities }: Pick<Explanation, 'probabilities'>,
  look: LookInsideOptions,
): Promise<string | null> {
  if (!scale?.isAssumed) return null;
  const advice = `and ${normalizationText(scale.normalize)} was only assumed as the scale of pictures: try --normalize 0..255, -1..1 or imagenet.`;
  const most = (probabilities ?? new Float32Array()).reduce((largest, value) => Math.max(largest, value), 0);
  const classes = probabilities?.length ?? 0;
  if (classes > 1 && most * classes <= FLAT) {
    return `the network hardly prefers any class (${(100 * most).toFixed(2)} %), ${advice}`;
  }
  if (!varies(input.data)) return null;
  const blind = await blindest(network, input, look);
  if (!blind || blind.share < BLIND) return null;
  const share = `${(100 * blind.share).toFixed(0)} % of the channels of "${blind.layer}"`;
  return `the picture hardly shows in ${share}, ${advice}`;
}

interface BlindLayer {
  readonly layer: string;
  /** The part of its channels in which the picture hardly shows. */
  readonly share: number;
}

/** The layer among the first ones in whose channels the picture shows least. */
async function blindest(
  network: Network,
  input: OpenedInput['input'],
  look: LookInsideOptions,
): Promise<BlindLayer | null> {
  let found: BlindLayer | null = null;
  for (const { name, shortName } of layerCandidates(network, look.output).slice(0, MAPS)) {
    const { data, shape } = await featureMap(network, input, { ...look, layer: name });
    const share = blindShare(data, shape.at(-1) ?? 1);
    if (!found || share > found.share) found = { layer: shortName, share };
  }
  return found;
}

/** @param data `[...positions, channels]` */
export function blindShare(data: Float32Array, channels: number): number {
  const low = new Float64Array(channels).fill(Infinity);
  const high = new Float64Array(channels).fill(-Infinity);
  data.forEach((value, i) => {
    const channel = i % channels;
    low[channel] = Math.min(low[channel] ?? value, value);
    high[channel] = Math.max(high[channel] ?? value, value);
  });
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return low.filter((least, k) => (high[k] ?? 0) - least <= SEES * largest).length / channels;
}

/** Whether there is more to a picture, scaled to 0..1, than one color. */
function varies(data: Float32Array): boolean {
  const [low, high] = data.reduce<readonly [number, number]>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
  return high - low > 0.1;
}
