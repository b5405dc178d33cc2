import * as tf from '@tensorflow/tfjs';
import type { BinaryFunction, Primitive, PrimitiveOf } from '@ablation-cam/kernels/lowering';
import { UNARY } from './unary.ts';
import type { Ending } from './fuse-nodes.ts';
import { convolve, convolveDepthwise, pool, poolAllPositions, type SumEnding } from './windows.ts';

/**
 * A primitive on tensors. Runs inside `tf.tidy`.
 *
 * @param shape of the result
 */
type Row<Kind extends Primitive['kind']> = (
  operation: PrimitiveOf<Kind>,
  inputs: readonly tf.Tensor[],
  shape: number[],
) => tf.Tensor;

const BINARY: Readonly<Record<BinaryFunction, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor>> = {
  add: (a, b) => tf.add(a, b),
  subtract: (a, b) => tf.sub(a, b),
  multiply: (a, b) => tf.mul(a, b),
  divide: (a, b) => tf.div(a, b),
  maximum: (a, b) => tf.maximum(a, b),
  minimum: (a, b) => tf.minimum(a, b),
  equal: (a, b) => tf.equal(a, b).toFloat(),
};

/** What TensorFlow.js does for each primitive. */
const PRIMITIVES: { readonly [Kind in Primitive['kind']]: Row<Kind> } = {
  convolution: (window, inputs) => convolve(images(inputs, 0), images(inputs, 1), window),
  depthwise: (window, inputs) => convolveDepthwise(images(inputs, 0), images(inputs, 1), window),
  pool: (window, inputs) => pool(images(inputs, 0), window.reduction, window),
  'mat-mul': (_, inputs) => tf.matMul(at(inputs, 0), at(inputs, 1)),
  reduce: ({ reduction, axes }, inputs) => {
    const x = at(inputs, 0);
    if (x.rank === 4 && axes.join() === '1,2') return poolAllPositions(images(inputs, 0), reduction);
    return reduction === 'max' ? tf.max(x, [...axes], true) : tf.mean(x, [...axes], true);
  },
  softmax: ({ log }, inputs) => (log ? tf.logSoftmax(at(inputs, 0)) : tf.softmax(at(inputs, 0))),
  unary: ({ function: name, alpha }, inputs) => UNARY[name](at(inputs, 0), alpha),
  binary: ({ function: name }, inputs) => BINARY[name](at(inputs, 0), at(inputs, 1)),
  reshape: (_, inputs, shape) => tf.reshape(at(inputs, 0), shape),
  transpose: ({ axes }, inputs, shape) => {
    const x = at(inputs, 0);
    // Where nothing but axes of length 1 changes its place, neither does any number.
    const moved = axes.filter((axis) => x.shape[axis] !== 1);
    const isSorted = moved.every((axis, i) => i === 0 || axis > (moved[i - 1] ?? 0));
    return isSorted ? tf.reshape(x, shape) : tf.transpose(x, [...axes]);
  },
  slice: ({ starts, steps }, inputs, shape) => {
    const x = at(inputs, 0);
    if (steps.every((step) => step === 1)) return tf.slice(x, [...starts], shape);
    const ends = shape.map((length, axis) => (starts[axis] ?? 0) + (length - 1) * (steps[axis] ?? 1) + 1);
    return tf.stridedSlice(x, [...starts], ends, [...steps]);
  },
  concat: ({ axis }, inputs) => tf.concat([...inputs], axis),
  pad: ({ before, after }, inputs) =>
    tf.pad(
      at(inputs, 0),
      before.map((count, axis): [number, number] => [count, after[axis] ?? 0]),
    ),
  gather: ({ axis }, inputs) => tf.gather(at(inputs, 0), at(inputs, 1), axis),
  'resize-bilinear': ({ coordinates }, inputs, shape) => {
    const size: [number, number] = [shape[1] ?? 1, shape[2] ?? 1];
    return tf.image.resizeBilinear(images(inputs, 0), size, false, coordinates === 'half-pixel');
  },
  // An addition is broadcast at once, where the WASM backend takes tens of milliseconds to tile as much.
  expand: (_, inputs, shape) => {
    const x = at(inputs, 0);
    const repeats = shape.map((length, axis) =>
      x.shape[axis - shape.length + x.rank] === length ? 1 : length,
    );
    return tf.add(tf.zeros(repeats), x);
  },
};

/**
 * Runs a convolution or matrix product together with what follows it, see `fuseNodes`.
 *
 * @param inputs those of the operation, then the bias if there is one
 * @param shape of the result
 */
export function runFused(
  operation: Primitive,
  inputs: readonly tf.Tensor[],
  { bias, activation }: Ending,
  shape: number[],
): tf.Tensor {
  return tf.tidy(() => {
    const ending = {
      activation,
      ...(bias !== null && { bias: tf.reshape<tf.Rank.R1>(at(inputs, 2), [-1]) }),
    };
    return tf.reshape(fused(operation, inputs, ending), shape);
  });
}

function fused(operation: Primitive, inputs: readonly tf.Tensor[], ending: SumEnding): tf.Tensor {
  if (operation.kind === 'convolution')
    return convolve(images(inputs, 0), images(inputs, 1), operation, ending);
  if (operation.kind === 'depthwise')
    return convolveDepthwise(images(inputs, 0), images(inputs, 1), operation, ending);
  if (operation.kind === 'mat-mul') return tf.fused.matMul({ a: at(inputs, 0), b: at(inputs, 1), ...ending });
  throw new RangeError(`Nothing is fused with a primitive of kind "${operation.kind}".`);
}

/** Runs a primitive; the result is a tensor of its own. */
export function runPrimitive<Kind extends Primitive['kind']>(
  operation: PrimitiveOf<Kind> & { readonly kind: Kind },
  inputs: readonly tf.Tensor[],
  shape: number[],
): tf.Tensor {
  const row: Row<Kind> = PRIMITIVES[operation.kind];
  const found = tf.tidy(() => row(operation, inputs, shape));
  return inputs.includes(found) ? found.clone() : found;
}

function at(inputs: readonly tf.Tensor[], index: number): tf.Tensor {
  const x = inputs[index];
  if (!x) throw new RangeError(`A primitive was not given its input ${String(index)}.`);
  return x;
}

function images(inputs: readonly tf.Tensor[], index: number): tf.Tensor4D {
  return at(inputs, index) as tf.Tensor4D;
}
