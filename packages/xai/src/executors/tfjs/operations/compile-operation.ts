import * as tf from '@tensorflow/tfjs';
import {
  channelsOf,
  positionsOf,
  sizeOf,
  type Operation,
  type Segment,
  type Shape,
} from '@ablation-cam/kernels';
import type { Constants } from '../constants.ts';
import { activate } from './activation.ts';
import { alignedTo, merge, prelu } from './elementwise.ts';
import { broadcastShape, normalizeLayer, softmax } from './mixing.ts';
import { cropPositions, padPositions, repeat, resize } from './moves.ts';
import {
  asImages,
  convolveImages,
  convolveImagesDepthwise,
  imageAxes,
  poolAllPositions,
  poolImages,
} from './windows.ts';

/** Takes tensors `[batch, ...shape]` and returns one; runs inside `tf.tidy`. */
export type BatchFunction = (inputs: readonly tf.Tensor[]) => tf.Tensor;

/** What of an operation is wanted. */
export interface OperationPart {
  /** The channels that are computed, of an operation that keeps to each channel; otherwise all. */
  readonly segment?: Segment;
  /** Of linear operations on deltas. */
  readonly withoutBias?: boolean;
}

/**
 * Returns an operation of the tail as a function of tensors; its weights go into `constants`.
 *
 * @param inputs shapes of the inputs, without the batch; where a segment is asked for, that of the segment's tensor
 */
export function compileOperation(
  operation: Operation,
  inputs: readonly Shape[],
  shape: Shape,
  constants: Constants,
  { segment, withoutBias = false }: OperationPart = {},
): BatchFunction {
  const [input = []] = inputs;
  const channels = channelsOf(input);
  const whole: Segment = segment ?? { start: 0, length: channels };
  const bias = (values: Float32Array | null): tf.Tensor | null =>
    values && !withoutBias ? constants.tensor(values, [1, values.length]) : null;
  switch (operation.kind) {
    case 'activation':
      return unary((x) => activate(operation, x));
    case 'affine': {
      const scale = constants.tensor(operation.scale, [1, channels]);
      const shift = constants.tensor(operation.shift, [1, channels]);
      return unary((x) => x.reshape([-1, channels]).mul(scale).add(shift));
    }
    case 'dense': {
      const kernel = constants.tensor(operation.kernel, [channels, operation.units]);
      const shift = bias(operation.bias);
      return unary((x) => plus(tf.matMul(x.reshape([-1, channels]), kernel), shift));
    }
    case 'convolution': {
      const kernelShape = [...imageAxes(operation.window, 1), channels, operation.filters];
      const kernel = constants.tensor(operation.kernel, kernelShape) as tf.Tensor4D;
      const shift = bias(operation.bias);
      const output = positionsOf(shape);
      return unary((x) =>
        plus(convolveImages(asImages(x), kernel, operation, output).reshape([-1, operation.filters]), shift),
      );
    }
    case 'depthwise': {
      const { multiplier, window } = operation;
      const rows = sizeOf(window);
      const all = operation.kernel.length / (rows * multiplier);
      const values = takeColumns(operation.kernel, rows, all, whole, multiplier);
      const kernelShape = [...imageAxes(window, 1), whole.length, multiplier];
      const kernel = constants.tensor(values, kernelShape) as tf.Tensor4D;
      const shift = bias(operation.bias);
      const output = positionsOf(shape);
      return unary((x) =>
        plus(
          convolveImagesDepthwise(asImages(x), kernel, operation, output).reshape([
            -1,
            whole.length * multiplier,
          ]),
          shift,
        ),
      );
    }
    case 'pool':
      return unary((x) => poolImages(asImages(x), operation.reduction, operation, positionsOf(shape)));
    case 'global-pool':
      return unary((x) => {
        const [batch = 1] = x.shape;
        const positions = sizeOf(x.shape.slice(1, -1));
        const images = x.rank === 4 ? asImages(x) : x.reshape([batch, positions, 1, whole.length]);
        return poolAllPositions(images as tf.Tensor4D, operation.reduction);
      });
    case 'reshape':
      return unary((x) => x.clone());
    case 'prelu': {
      const { slope, slopeShape } = operation;
      const own = channelsOf(slopeShape);
      const values = own === 1 ? slope : takeColumns(slope, slope.length / own, own, whole, 1);
      const width = own === 1 ? 1 : whole.length;
      const tensor = constants.tensor(values, [1, ...positionsOf(slopeShape), width]);
      return unary((x) => prelu(x, tensor));
    }
    case 'softmax':
      return unary((x) => softmax(operation, x));
    case 'layer-normalization': {
      const [gamma, beta] = [operation.gamma, operation.beta].map(
        (values) => values && constants.tensor(values, broadcastShape(operation.axes, shape)),
      );
      return unary((x) => normalizeLayer(operation, x, gamma ?? null, beta ?? null));
    }
    case 'merge':
      return (tensors) => {
        const aligned = tensors.map((x, i) => alignedTo(x, inputs[i] ?? [], shape));
        const merged = merge(operation.function, aligned);
        const [batch = 1] = aligned[0]?.shape ?? [];
        return tf.broadcastTo(merged, [batch, ...shape]);
      };
    case 'concatenate':
      return (tensors) => tf.concat([...tensors], operation.axis + 1);
    case 'permute':
      return unary((x) => tf.transpose(x, [0, ...operation.axes.map((axis) => axis + 1)]));
    case 'pad':
      return unary((x) => padPositions(x, operation.before, shape));
    case 'crop':
      return unary((x) => cropPositions(x, operation.before, shape));
    case 'resize':
      return unary((x) => resize(operation, x, shape));
    case 'repeat':
      return unary((x) => repeat(x, shape));
    case 'target':
    case 'constant':
    case 'opaque':
      throw new RangeError(`The value of a node of kind "${operation.kind}" is given, not evaluated.`);
  }
}

function unary(f: (x: tf.Tensor) => tf.Tensor): BatchFunction {
  return ([x]) => {
    if (!x) throw new RangeError('An operation was given no input.');
    return f(x);
  };
}

function plus(x: tf.Tensor, bias: tf.Tensor | null): tf.Tensor {
  return bias ? x.add(bias) : x;
}

/** The columns of a segment, `group` numbers each, of a matrix `[rows, columns * group]`. */
function takeColumns(
  values: Float32Array,
  rows: number,
  columns: number,
  { start, length }: Segment,
  group: number,
): Float32Array {
  if (length === columns) return values;
  const taken = new Float32Array(rows * length * group);
  for (let row = 0; row < rows; row++) {
    const from = (row * columns + start) * group;
    taken.set(values.subarray(from, from + length * group), row * length * group);
  }
  return taken;
}
