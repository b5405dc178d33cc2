import type { FloatArray, PositionMap } from '../explanation/explanation.ts';
import { extentOf } from './extent.ts';
import { resizeBilinear } from './resize-bilinear.ts';

/** Returns the map resized to the input's positions and divided by its maximum; all 0 where the maximum is not positive. */
export function heatmapOf(map: PositionMap<FloatArray>, shape: readonly number[]): PositionMap {
  const resized = resizeBilinear(map, shape);
  const largest = extentOf(resized.data).high;
  return {
    shape: resized.shape,
    data: Float32Array.from(resized.data, (value) => (largest > 0 ? Math.max(0, value) / largest : 0)),
  };
}

/** Returns what makes a signed map less of an explanation than it looks, in sentences. */
export function mapWarnings({ data }: PositionMap<FloatArray>): string[] {
  const { low, high } = extentOf(data);
  if (low === high) {
    return ['The map is flat: no position stands out, so it explains nothing.'];
  }
  if (high <= 0) {
    return [
      'The map has no positive value: without its channels the class would score higher, so the map after ReLU is zero.',
    ];
  }
  return [];
}
