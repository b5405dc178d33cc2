import type { Shape } from '../tail/shape.ts';

/** `y = x < 0 ? slope * x : x`; `slopeShape` has the rank of x and is 1 along the axes that share their slopes. */
export interface PReluOperation {
  readonly kind: 'prelu';
  readonly slope: Float32Array;
  readonly slopeShape: Shape;
}
