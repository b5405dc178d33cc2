import { channelsOf, positionsOf } from '../tail/shape.ts';
import { always, APART, WITHOUT_WEIGHTS, type Facts } from './facts.ts';

/**
 * Resamples two position axes to the size of the node's shape. Along an axis from `i` to `o` cells, output cell n reads the
 * input at s, never below 0:
 *
 * - `nearest`: cell `floor(s)`, with `s = n * i / o` (`asymmetric`) or `s = (n + 1/2) * i / o` (`half-pixel`);
 * - `bilinear`: cells `floor(s)` and `min(ceil(s), i - 1)`, the second with weight `s - floor(s)`, where `s = n * i / o`
 *   (`asymmetric`) or `s = (n + 1/2) * i / o - 1/2` (`half-pixel`).
 */
export interface ResizeOperation {
  readonly kind: 'resize';
  readonly interpolation: 'nearest' | 'bilinear';
  /**
   * Where the cells lie: `asymmetric` aligns the beginnings of the first ones, as TensorFlow.js does by default;
   * `half-pixel` the centers of all, as TensorFlow 2, Keras and PyTorch do. The names are ONNX's.
   */
  readonly coordinates: 'asymmetric' | 'half-pixel';
}

/** Output cell n of an axis reads its input at `max(0, (n * factor + shift) / divisor)`: whole numbers, so that nothing is rounded. */
export interface ResizedAxis {
  readonly factor: number;
  readonly shift: number;
  readonly divisor: number;
}

/** Where an axis of `from` cells is read to become one of `to`. */
export function resizedAxis(
  { interpolation, coordinates }: Omit<ResizeOperation, 'kind'>,
  from: number,
  to: number,
): ResizedAxis {
  if (coordinates === 'asymmetric') return { factor: from, shift: 0, divisor: to };
  return { factor: 2 * from, shift: interpolation === 'nearest' ? from : from - to, divisor: 2 * to };
}

export const resizeFacts: Facts<ResizeOperation> = {
  ...WITHOUT_WEIGHTS,
  isLinear: always(true),
  isElementwise: false,
  channels: always(APART),
  support: always(null),
  shape: (_, [x = []], stated) => [...positionsOf(stated), channelsOf(x)],
  fusible: always(null),
  ownEpilogue: 'inside',
  axes: always(1),
};
