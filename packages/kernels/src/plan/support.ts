import { permute, concatenate, shift } from '../reference/operations/moves.ts';
import { slide } from '../reference/operations/windows.ts';
import { fill, forEachPlace } from '../reference/tensor.ts';
import { channelsOf, sizeOf, stridesOf, type Shape } from '../tail/shape.ts';
import type { Operation } from '../operations/operation.ts';

/** A tensor with the variant that each element belongs to, counted from 1; 0 where it belongs to none. */
export interface OwnedTensor {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/**
 * The support rule, by looking at every element: returns the owners of an operation's result, or null where some
 * element of it reads elements of two owners. Slow; `owner-rules.ts` knows the frequent cases without looking.
 */
export function ownersAfter(
  operation: Operation,
  inputs: readonly OwnedTensor[],
  shape: Shape,
): Float64Array | null {
  const [x] = inputs;
  if (!x) return null;
  const owners = unionOfReads(operation, x, inputs, shape);
  return owners?.includes(TWO_OWNERS) === false ? owners : null;
}

const TWO_OWNERS = -1;

function join(a: number, b: number): number {
  if (a === 0 || a === b) return b;
  return b === 0 ? a : TWO_OWNERS;
}

function joinAll(owners: Iterable<number>): number {
  let joined = 0;
  for (const owner of owners) joined = join(joined, owner);
  return joined;
}

function unionOfReads(
  operation: Operation,
  x: OwnedTensor,
  inputs: readonly OwnedTensor[],
  shape: Shape,
): Float64Array | null {
  switch (operation.kind) {
    case 'activation':
    case 'affine':
    case 'prelu':
    case 'reshape':
      return x.data;
    case 'permute':
      return permute(operation.axes, x, shape);
    case 'pad':
      return shift(operation.before, x, shape);
    case 'crop':
      return shift(
        operation.before.map((count) => -count),
        x,
        shape,
      );
    case 'repeat':
      return fill(shape, (_, i) => x.data[i % x.data.length] ?? 0);
    case 'concatenate':
      return concatenate(operation.axis, inputs, shape);
    case 'merge':
      return inputs.map((input) => repeated(input, shape)).reduce((a, b) => a.map((v, i) => join(v, b[i]!)));
    case 'pool':
      return underWindow(operation, x, shape, 1);
    case 'depthwise':
      return underWindow(operation, x, shape, operation.multiplier);
    case 'convolution':
      return rows(underWindow(operation, x, [...shape.slice(0, -1), channelsOf(x.shape)], 1), x, shape);
    case 'dense':
      return rows(x.data, x, shape);
    case 'global-pool':
      return groups(
        x,
        x.shape.slice(0, -1).map((_, axis) => axis),
      ).slice(0, sizeOf(shape));
    case 'softmax':
      return groups(x, [x.shape.length - 1]);
    case 'layer-normalization':
      return groups(x, operation.axes);
    // Which cells a bilinear resampling mixes is known for channels only, without looking.
    case 'resize':
    case 'target':
    case 'constant':
    case 'opaque':
      return null;
  }
}

/** For each position and channel the owners under the window, `multiplier` times each. */
function underWindow(
  sliding: Parameters<typeof slide>[0],
  x: OwnedTensor,
  shape: Shape,
  multiplier: number,
): Float64Array {
  const channels = channelsOf(x.shape);
  const results = channels * multiplier;
  const owners = new Float64Array(sizeOf(shape));
  slide(sliding, x.shape, shape, (position, cells) => {
    for (let r = 0; r < results; r++) {
      const c = Math.floor(r / multiplier);
      owners[position * results + r] = joinAll(
        cells.map((cell) => x.data[cell.position * channels + c] ?? 0),
      );
    }
  });
  return owners;
}

/** Every cell of a row of the result reads the whole row of the input. */
function rows(owners: Float64Array, x: OwnedTensor, shape: Shape): Float64Array {
  const inputs = channelsOf(x.shape);
  const outputs = channelsOf(shape);
  return fill([sizeOf(shape) / outputs, outputs], ([row = 0]) =>
    joinAll(owners.subarray(row * inputs, (row + 1) * inputs)),
  );
}

/** Every cell reads all cells that differ from it along `axes` only. */
function groups(x: OwnedTensor, axes: readonly number[]): Float64Array {
  const strides = stridesOf(x.shape).map((stride, axis) => (axes.includes(axis) ? 0 : stride));
  const found = new Map<number, number>();
  const keys = new Float64Array(x.data.length);
  forEachPlace(x.shape, (coordinates, i) => {
    const key = coordinates.reduce((sum, coordinate, axis) => sum + coordinate * strides[axis]!, 0);
    keys[i] = key;
    found.set(key, join(found.get(key) ?? 0, x.data[i]!));
  });
  return keys.map((key) => found.get(key) ?? 0);
}

/** Repeats a tensor along its axes of length 1, and in front, until it has the shape. */
function repeated(x: OwnedTensor, shape: Shape): Float64Array {
  const missing = shape.length - x.shape.length;
  const strides = stridesOf(x.shape).map((stride, axis) => (x.shape[axis] === 1 ? 0 : stride));
  return fill(
    shape,
    (coordinates) =>
      x.data[strides.reduce((index, stride, axis) => index + stride * coordinates[axis + missing]!, 0)] ?? 0,
  );
}
