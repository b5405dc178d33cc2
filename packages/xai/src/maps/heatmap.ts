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
