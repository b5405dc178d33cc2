import { stridesOf, type Shape } from '../../tail/shape.ts';
import type { AffineOperation } from '../../operations/affine.ts';
import type { MergeFunction } from '../../operations/merge.ts';
import type { PReluOperation } from '../../operations/prelu.ts';
import { fill, type Tensor } from '../tensor.ts';

/** y = scale[c] x + shift[c], c the last axis. */
export function scaleAndShift({ scale, shift }: AffineOperation, x: Tensor): Float64Array {
  const channels = x.shape.at(-1) ?? 1;
  return x.data.map((value, i) => (scale[i % channels] ?? 0) * value + (shift[i % channels] ?? 0));
}

export function prelu({ slope, slopeShape }: PReluOperation, x: Tensor): Float64Array {
  const slopes = broadcast({ shape: slopeShape, data: Float64Array.from(slope) }, x.shape);
  return x.data.map((value, i) => (value < 0 ? (slopes[i] ?? 0) * value : value));
}

export function merge(name: MergeFunction, inputs: readonly Tensor[], shape: Shape): Float64Array {
  const [first, ...others] = inputs.map((input) => broadcast(input, shape));
  if (!first) throw new RangeError('Nothing to merge.');
  const combined = others.reduce((left, right) => left.map((a, i) => combine(name, a, right[i] ?? 0)), first);
  return name === 'average' ? combined.map((sum) => sum / inputs.length) : combined;
}

function combine(name: MergeFunction, a: number, b: number): number {
  switch (name) {
    case 'add':
    case 'average':
      return a + b;
    case 'subtract':
      return a - b;
    case 'multiply':
      return a * b;
    case 'maximum':
      return Math.max(a, b);
    case 'minimum':
      return Math.min(a, b);
  }
}

/** Repeats a tensor along its axes of length 1, and in front, until it has the shape. */
function broadcast(x: Tensor, shape: Shape): Float64Array {
  const missing = shape.length - x.shape.length;
  const own = stridesOf(x.shape);
  const strides = shape.map((_, axis) =>
    (x.shape[axis - missing] ?? 1) === 1 ? 0 : (own[axis - missing] ?? 0),
  );
  return fill(
    shape,
    (coordinates) =>
      x.data[coordinates.reduce((index, coordinate, axis) => index + coordinate * (strides[axis] ?? 0), 0)] ??
      0,
  );
}
