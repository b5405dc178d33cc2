import type { ConstantTensor } from '../constant-tensor.ts';
import type { GraphTensor } from '../graph-builder.ts';
import { axisOfFactors, dimsOf, layoutOf, product } from '../layout.ts';
import { NoRule, type NodeContext } from '../node-context.ts';

/** What a batch normalization at inference knows of each channel. */
export interface ChannelStatistics {
  /** Scale, bias, mean and variance. */
  readonly constants: readonly [ConstantTensor, ConstantTensor, ConstantTensor, ConstantTensor];
  readonly epsilon: number;
  /** The axis of the channels. */
  readonly axis: number;
}

/** (x - mean) / sqrt(variance + epsilon) * scale + bias as one factor and one summand a channel, from float64. */
export function normalizeChannels(
  context: NodeContext,
  x: GraphTensor,
  { constants, epsilon, axis: channelAxis }: ChannelStatistics,
): GraphTensor {
  const [scale, bias, mean, variance] = constants.map(({ values }) => values);
  const shape = dimsOf(x.layout).map((length, axis) => (axis === channelAxis ? length : 1));
  if (product(shape) !== variance?.length) throw new NoRule('its statistics do not fit its input');
  const factors = Float64Array.from(variance, (value, c) => (scale?.[c] ?? 1) / Math.sqrt(value + epsilon));
  const summands = factors.map((factor, c) => (bias?.[c] ?? 0) - (mean?.[c] ?? 0) * factor);
  const ofChannels = (values: Float64Array): ConstantTensor => ({ dims: shape, type: 'float', values });
  return context.affine(x, ofChannels(factors), ofChannels(summands));
}

/**
 * (x - mean) / sqrt(variance + epsilon) over some axes together. The numbers stay where they lie: an axis may lie in pieces, since
 * the order within what goes together does not matter.
 */
export function normalize(
  context: NodeContext,
  tensor: GraphTensor,
  axes: readonly number[],
  epsilon: number,
): GraphTensor {
  const { builder } = context;
  const { layout, node } = tensor;
  const owners = axisOfFactors(layout);
  // Neighbors in memory that are alike in this are one axis.
  const runs: { readonly isReduced: boolean; length: number }[] = [];
  for (const factor of layout.memory) {
    const isReduced = axes.includes(owners[factor] ?? -1);
    const run = runs.at(-1);
    const length = layout.factors[factor] ?? 1;
    if (run?.isReduced === isReduced) run.length *= length;
    else runs.push({ isReduced, length });
  }
  const reduced = runs.flatMap(({ isReduced }, i) => (isReduced ? [i] : []));
  // A value is its own mean.
  if (reduced.length === 0) return context.affine(tensor, 0, 0);
  const shape = builder.shape(node);
  const kinds = runs.map(({ isReduced }) => (isReduced ? 'r' : 'k')).join('');
  const plain = { epsilon, gamma: null, beta: null };
  if (kinds === 'rk' || kinds === 'rkr') {
    // All positions with the channels of a group.
    const groupSize = kinds === 'rk' ? 1 : (runs[2]?.length ?? 1);
    const channels = (runs[1]?.length ?? 1) * groupSize;
    const map = shape.length > 1 && shape.at(-1) === channels ? shape : [runs[0]?.length ?? 1, channels];
    const source = builder.reshape(node, map);
    const normalized = context.add({ kind: 'group-normalization', groupSize, ...plain }, [source], map);
    return { node: builder.reshape(normalized, shape), layout };
  }
  if ((kinds === 'kr' || kinds === 'r') && shape.at(-1) === runs.at(-1)?.length) {
    return context.map({ kind: 'layer-normalization', axes: [shape.length - 1], ...plain }, tensor);
  }
  const lengths = runs.map(({ length }) => length);
  const source = builder.reshape(node, lengths);
  const normalized = context.add({ kind: 'layer-normalization', axes: reduced, ...plain }, [source], lengths);
  return { node: builder.reshape(normalized, shape), layout };
}

/** Over some axes together. */
export function softmaxOver(
  context: NodeContext,
  x: GraphTensor,
  together: readonly number[],
  log: boolean,
): GraphTensor {
  const dims = dimsOf(x.layout);
  const others = context.builder.preferredOrder(x.layout).filter((i) => !together.includes(i));
  const own = together.filter((i) => i > 0 || dims[0] !== 1);
  const length = product(own.map((i) => dims[i] ?? 1));
  const node = context.builder.lay(x, [...others.map((i) => [i]), own]);
  const result = context.add({ kind: 'softmax', log }, [node], [...others.map((i) => dims[i] ?? 1), length]);
  return { node: result, layout: layoutOf(dims, [...others, ...own]) };
}
