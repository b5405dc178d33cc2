import type { PositionMap } from '@ablation-cam/xai';
import type { ClassMap, FeatureMapData } from '../protocol/descriptions.ts';
import { orderedChannels } from './channels.ts';
import { featuresOf, shownMap } from './selectors.ts';
import type { ViewerState } from './state.ts';

/** A map of some channels alone, on the scale of the map of all. */
export interface GrownMap {
  readonly map: PositionMap;
  readonly mapSigned: PositionMap;
  /** The largest value of the map of all channels. */
  readonly reach: number;
}

/** The last map that was made: the stage asks for the same one at every rendering. */
let last: { readonly of: ClassMap; readonly count: number; readonly made: GrownMap } | null = null;

/** Returns the map of the heaviest channels alone, as many as the tour has come to; null outside of it, or before the channels are there. */
export function grownMap(state: ViewerState): GrownMap | null {
  const count = state.tour?.grown ?? null;
  const of = shownMap(state);
  const features = featuresOf(state);
  // All of them are the map itself.
  if (count === null || !of || !features || count >= of.weights.length) return null;
  if (last?.of === of && last.count === count) return last.made;
  const made = partOf(of, features, count);
  last = { of, count, made };
  return made;
}

function partOf(of: ClassMap, { data, shape }: FeatureMapData, count: number): GrownMap {
  const channels = shape.at(-1) ?? 1;
  const heaviest = orderedChannels(of, 'weight').slice(0, count);
  const sums = Float32Array.from({ length: data.length / channels }, (_, p) =>
    heaviest.reduce((sum, k) => sum + (of.weights[k] ?? 0) * (data[p * channels + k] ?? 0), 0),
  );
  const positions = shape.slice(0, -1);
  return {
    map: { shape: positions, data: sums.map((value) => Math.max(0, value)) },
    mapSigned: { shape: positions, data: sums },
    reach: Float32Array.from(of.map.data).reduce((most, value) => Math.max(most, value), 0),
  };
}
