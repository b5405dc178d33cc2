import type { FloatArray, PositionMap } from '../explanation/explanation.ts';
import { extentOf } from './extent.ts';
import { resizeBilinear } from './resize-bilinear.ts';

/** Returns the map resized to the input's positions and divided by its maximum; all 0 where the maximum is not positive. */
export function heatmapOf(map: PositionMap<FloatArray>, shape: readonly number[]): PositionMap {
  const resized = resizeBilinear(map, shape);
  const largest = extentOf(resized.data).high;
  const data = new Float32Array(resized.data.length);
  // A loop: a callback for each pixel of an image takes longer than the resizing.
  if (largest > 0) for (let i = 0; i < data.length; i++) data[i] = Math.max(0, resized.data[i]!) / largest;
  return { shape: resized.shape, data };
}
