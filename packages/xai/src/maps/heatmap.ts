import type { PositionMap } from '../explanation/explanation.ts';
import { resizeBilinear } from './resize-bilinear.ts';

/** Returns the map resized to the input's positions and divided by its maximum; all 0 where the maximum is not positive. */
export function heatmapOf(map: PositionMap, shape: readonly number[]): PositionMap {
  const resized = resizeBilinear(map, shape);
  const largest = resized.data.reduce((max, value) => Math.max(max, value), 0);
  return {
    shape: resized.shape,
    data: resized.data.map((value) => (largest > 0 ? Math.max(0, value) / largest : 0)),
  };
}

/** Returns what makes a signed map less of an explanation than it looks, in sentences. */
export function mapWarnings(mapSigned: PositionMap): string[] {
  const { data } = mapSigned;
  const smallest = data.reduce((min, value) => Math.min(min, value), Infinity);
  const largest = data.reduce((max, value) => Math.max(max, value), -Infinity);
  if (smallest === largest) {
    return ['The map is flat: no position stands out, so it explains nothing.'];
  }
  if (largest <= 0) {
    return [
      'The map has no positive value: without its channels the class would score higher, so the map after ReLU is zero.',
    ];
  }
  return [];
}
