import { resizeBilinear, type FloatArray, type PositionMap } from '@ablation-cam/xai';
import type { Explained, MethodAttribution } from '../protocol/descriptions.ts';
import type { Display, MapSides } from './state.ts';

/** A map as it is drawn. */
export interface StageMap {
  /** In the map's own units, `[height, width]` or `[length]`. */
  readonly values: PositionMap<FloatArray>;
  /** Where each value lies between the ends of the colors, 0 to 1; of a signed map 0.5 is where nothing counts. */
  readonly shares: PositionMap;
  /** The values at the ends of the colors; both 0 where the map says nothing. */
  readonly low: number;
  readonly high: number;
  /** Whether values below 0, which speak against the class, have colors of their own. */
  readonly isSigned: boolean;
}

type Maps = Pick<MethodAttribution['map'], 'map' | 'mapSigned'> & {
  /** The value at the end of the colors, where that is not the map's own largest. */
  readonly reach?: number;
};

/** Maps that were drawn already: a map and the way it is drawn say all there is to it. */
const drawn = new WeakMap<PositionMap<FloatArray>, Map<string, StageMap>>();

/**
 * Returns a map resized to the input, or on the layer's own grid, with the place of each value among the colors: from 0 to the
 * largest value, or, with both sides, as far below 0 as above it. The same object for the same map.
 */
export function stageMap(
  { input }: Pick<Explained, 'input'>,
  { map, mapSigned, reach }: Maps,
  { resolution, sides }: Pick<Display, 'resolution' | 'sides'>,
): StageMap {
  const source = sides === 'both' ? mapSigned : map;
  const positions = input.shape.slice(0, -1);
  const fits = resolution === 'resized' && positions.length === source.shape.length;
  const shape = fits ? positions : source.shape;
  const known = drawn.get(source) ?? new Map<string, StageMap>();
  drawn.set(source, known);
  const key = `${sides} ${shape.join()}`;
  const made = known.get(key) ?? colored(resizeBilinear(source, shape), sides, reach);
  known.set(key, made);
  return made;
}

/** The values at the ends of the colors, for drawings: these would else take a signed map without negative values from 0 on. */
export function rangeOf({ low, high }: StageMap): readonly [number, number] | undefined {
  return high > 0 ? [low, high] : undefined;
}

/** What shows most on the map: on that of both sides what speaks for the class is red. */
export function strongParts({ sides }: Pick<Display, 'sides'>): string {
  return sides === 'both' ? 'Red parts' : 'Bright parts';
}

/** Returns the map that is drawn where there is no choice: what speaks for the class, 0 to 1, resized to the input. */
export function smallMap(explained: Pick<Explained, 'input'>, map: PositionMap<FloatArray>): PositionMap {
  return stageMap(explained, { map, mapSigned: map }, { resolution: 'resized', sides: 'for' }).shares;
}

function colored(values: PositionMap<FloatArray>, sides: MapSides, given: number | undefined): StageMap {
  const isSigned = sides === 'both';
  let reach = given ?? 0;
  for (const value of values.data) reach = Math.max(reach, isSigned ? Math.abs(value) : value);
  const data = new Float32Array(values.data.length);
  for (let i = 0; i < data.length; i++) {
    const share = reach > 0 ? values.data[i]! / reach : 0;
    data[i] = isSigned ? (share + 1) / 2 : Math.max(0, share);
  }
  return { values, shares: { shape: values.shape, data }, low: isSigned ? -reach : 0, high: reach, isSigned };
}

/** How much a value counts, by its place among the colors: 0 to 1. */
export function strengthOf(share: number, isSigned: boolean): number {
  return isSigned ? Math.abs(2 * share - 1) : share;
}

/** Where a line is drawn in a map whose threshold is 0: at half of the largest value. */
const HALF = 0.5;

/**
 * Returns what the contour encloses, 1 inside, on the grid of the map: each side of a signed map by itself.
 *
 * @param threshold a share of the largest value; 0 for half
 */
export function contoursOf(
  { shares, isSigned }: StageMap,
  threshold: number,
): readonly { readonly side: 'for' | 'against'; readonly inside: Uint8Array }[] {
  const least = threshold === 0 ? HALF : threshold;
  const inside = (test: (share: number) => boolean): Uint8Array =>
    Uint8Array.from(shares.data, (share) => (test(share) ? 1 : 0));
  if (!isSigned) return [{ side: 'for', inside: inside((share) => share >= least) }];
  return [
    { side: 'for', inside: inside((share) => 2 * share - 1 >= least) },
    { side: 'against', inside: inside((share) => 1 - 2 * share >= least) },
  ];
}
