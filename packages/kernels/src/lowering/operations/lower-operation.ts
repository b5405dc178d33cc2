import type { Segment } from '../../plan/steps.ts';
import { channelsOf, positionsOf, sizeOf, type Shape } from '../../tail/shape.ts';
import type { Operation } from '../../operations/operation.ts';
import type { ProgramBuilder } from '../program-builder.ts';
import type { Tensor } from '../program.ts';
import { activate } from './activation.ts';
import { convolution, linear } from './linear.ts';
import { alignedTo, broadcastMerge, prelu } from './merging.ts';
import { normalizeGroups, normalizeLayer } from './mixing.ts';
import { cropPositions, padPositions, resize } from './moves.ts';
import { asImages, convolveImagesDepthwise, imageAxes, poolAllPositions, poolImages } from './windows.ts';

/** What of an operation is wanted. */
export interface OperationPart {
  /** The channels that are computed, of an operation that keeps to each channel; otherwise all. */
  readonly segment?: Segment;
  /** Of linear operations on deltas. */
  readonly withoutBias?: boolean;
}

/**
 * An operation of the tail on tensors `[batch, ...shape]`; the result has that shape, too.
 *
 * @param shapes of the inputs, without the batch; where a segment is asked for, with its channels
 */
export function lowerOperation(
  b: ProgramBuilder,
  operation: Operation,
  inputs: readonly Tensor[],
  shapes: readonly Shape[],
  shape: Shape,
  { segment, withoutBias = false }: OperationPart = {},
): Tensor {
  const [x] = inputs;
  const [own = []] = shapes;
  if (x === undefined) throw new RangeError(`An operation of kind "${operation.kind}" was given no input.`);
  const [batch = 1] = b.shape(x);
  const channels = channelsOf(own);
  const whole: Segment = segment ?? { start: 0, length: channels };
  const shaped = (y: Tensor): Tensor => b.reshape(y, [batch, ...shape]);
  const plusBias = (y: Tensor, bias: Float32Array | null): Tensor => {
    if (!bias || withoutBias) return shaped(y);
    return shaped(b.binary('add', b.asRows(y), b.constant(bias, [1, bias.length])));
  };
  switch (operation.kind) {
    case 'activation':
      return activate(b, operation, x);
    case 'affine': {
      const { scale, shift } = operation;
      const scaled = scale.every((factor) => factor === 1)
        ? b.asRows(x)
        : b.binary('multiply', b.asRows(x), b.constant(scale, [1, channels]));
      if (shift.every((summand) => summand === 0)) return shaped(scaled);
      return shaped(b.binary('add', scaled, b.constant(shift, [1, channels])));
    }
    case 'dense':
      return plusBias(linear(b, x, operation.kernel, null, positionsOf(shape)), operation.bias);
    case 'convolution':
      return plusBias(convolution(b, x, operation, positionsOf(shape)), operation.bias);
    case 'depthwise': {
      const { multiplier, window, kernel } = operation;
      const taps = sizeOf(window);
      const columns = takeColumns(kernel, taps, kernel.length / (taps * multiplier), whole, multiplier);
      const values = b.constant(columns, [...imageAxes(window, 1), whole.length, multiplier]);
      const results = whole.length * multiplier;
      const y = convolveImagesDepthwise(b, asImages(b, x), values, operation, positionsOf(shape), results);
      return plusBias(y, operation.bias);
    }
    case 'pool':
      return shaped(poolImages(b, asImages(b, x), operation.reduction, operation, positionsOf(shape)));
    case 'global-pool':
      return shaped(poolAllPositions(b, asImages(b, x), operation.reduction));
    case 'reshape':
      return shaped(x);
    case 'prelu': {
      const { slope, slopeShape } = operation;
      const width = channelsOf(slopeShape);
      const values = width === 1 ? slope : takeColumns(slope, slope.length / width, width, whole, 1);
      const slopes = b.constant(values, [1, ...positionsOf(slopeShape), width === 1 ? 1 : whole.length]);
      return prelu(b, x, slopes);
    }
    case 'softmax':
      return b.add({ kind: 'softmax', log: operation.log }, [x], b.shape(x));
    case 'layer-normalization':
      return normalizeLayer(b, operation, x, shape);
    case 'group-normalization': {
      const ofSegment = (values: Float32Array | null): Float32Array | null =>
        values && takeColumns(values, 1, values.length, whole, 1);
      const [gamma, beta] = [ofSegment(operation.gamma), ofSegment(operation.beta)];
      return shaped(normalizeGroups(b, { ...operation, gamma, beta }, x, own));
    }
    case 'merge': {
      const aligned = inputs.map((input, i) => alignedTo(b, input, shapes[i] ?? [], shape));
      return b.expand(broadcastMerge(b, operation.function, aligned), [batch, ...shape]);
    }
    case 'concatenate':
      return b.concat(inputs, operation.axis + 1);
    case 'permute':
      return b.transpose(x, [0, ...operation.axes.map((axis) => axis + 1)]);
    case 'pad':
      return padPositions(b, x, operation.before, shape);
    case 'crop':
      return cropPositions(b, x, operation.before, shape);
    case 'resize':
      return resize(b, operation, x, shape);
    case 'repeat':
      return b.expand(b.reshape(x, [batch, 1, channels]), [batch, ...shape]);
    case 'target':
    case 'constant':
    case 'opaque':
      throw new RangeError(`The value of a node of kind "${operation.kind}" is given, not evaluated.`);
  }
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
