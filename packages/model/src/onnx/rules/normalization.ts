import { floatsOf, type ConstantTensor } from '../constant-tensor.ts';
import type { GraphTensor } from '../graph-builder.ts';
import { axisOfFactors, dimsOf, layoutOf, preferredOrder, product } from '../layout.ts';
import { NORMALIZATION } from '../join-parts.ts';
import { NoRule, type NodeContext, type NodeRule } from '../node-context.ts';

/** (x - mean) / sqrt(variance + epsilon) * scale + bias as one factor and one summand a channel, from float64. */
const batchNormalization: NodeRule = (context) => {
  const { attributes } = context;
  if (attributes.int('training_mode', 0) === 1) throw new NoRule('it is in training mode');
  if (attributes.int('spatial', 1) === 0) throw new NoRule('it has statistics for each position');
  if (context.readsMore) throw new NoRule('its statistics are asked for');
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((i) => context.constant(i).values);
  const epsilon = attributes.float('epsilon', 1e-5);
  const dims = context.dims();
  const shape = dims.map((length, axis) => (axis === 1 ? length : 1));
  if (product(shape) !== variance?.length) throw new NoRule('its statistics do not fit its input');
  const factors = Float64Array.from(variance, (value, c) => (scale?.[c] ?? 1) / Math.sqrt(value + epsilon));
  const summands = factors.map((factor, c) => (bias?.[c] ?? 0) - (mean?.[c] ?? 0) * factor);
  const ofChannels = (values: Float64Array): ConstantTensor => ({ dims: shape, type: 'float', values });
  return context.affine(context.tensor(0), ofChannels(factors), ofChannels(summands));
};

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

/** `x * scale + bias`, where they are given. */
function scaled(
  context: NodeContext,
  x: GraphTensor,
  scale: ConstantTensor | null,
  bias: ConstantTensor | null,
): GraphTensor {
  return scale === null && bias === null ? x : context.affine(x, scale ?? 1, bias ?? 0);
}

const layerNormalization: NodeRule = (context) => {
  const { attributes } = context;
  const dims = context.dims();
  const first = context.axis(dims.length, attributes.int('axis', -1));
  const axes = dims.map((_, axis) => axis).slice(first);
  if (context.readsMore) throw new NoRule('its statistics are asked for');
  const x = normalize(context, context.tensor(0), axes, attributes.float('epsilon', 1e-5));
  return scaled(context, x, context.optional(1), context.optional(2));
};

/** A vector over the channels, axis 1, as something that is broadcast to a tensor of so many axes. */
function ofChannels(vector: ConstantTensor, rank: number): ConstantTensor {
  return { ...vector, dims: [1, product(vector.dims), ...new Array<number>(Math.max(0, rank - 2)).fill(1)] };
}

/** What `joinParts` makes of a normalization in parts. */
const partsNormalization: NodeRule = (context) => {
  const rank = context.dims().length;
  const axes = (context.attributes.ints('axes') ?? []).map((axis) => context.axis(rank, axis));
  return normalize(context, context.tensor(0), axes, context.attributes.float('epsilon', 0));
};

const instanceNormalization: NodeRule = (context) => {
  const dims = context.dims();
  const axes = dims.map((_, axis) => axis).slice(2);
  const given = context.tensor(0);
  // Exporters write a group normalization as this of a reshaped map, and reshape it back.
  const x = normalize(context, given.unordered ?? given, axes, context.attributes.float('epsilon', 1e-5));
  const [scale, bias] = [context.constant(1), context.constant(2)];
  return scaled(
    context,
    x,
    isAll(scale, 1) ? null : ofChannels(scale, dims.length),
    isAll(bias, 0) ? null : ofChannels(bias, dims.length),
  );
};

/** Over these axes, without a scale. ONNX adds 1e-9 to the deviation, which only tells where it is 0. */
const meanVarianceNormalization: NodeRule = (context) => {
  const rank = context.dims().length;
  const axes = context.attributes.ints('axes') ?? [0, 2, 3];
  return normalize(
    context,
    context.tensor(0),
    axes.map((axis) => context.axis(rank, axis)),
    1e-18,
  );
};

function isAll({ values }: ConstantTensor, value: number): boolean {
  return values.every((each) => each === value);
}

/** Scales and biases are one for each channel, or, before version 21, for each group. */
const groupNormalization: NodeRule = (context) => {
  const { attributes, builder } = context;
  const x = context.tensor(0);
  const dims = context.dims();
  const groups = attributes.int('num_groups', 1);
  const channels = dims[1] ?? 1;
  if (channels % groups !== 0) throw new NoRule('its groups do not fit its channels');
  const ordered = builder.reshapeTensor(x, [1, groups, channels / groups, ...dims.slice(2)]);
  const grouped = ordered.unordered ?? ordered;
  const axes = grouped.layout.axes.map((_, axis) => axis).slice(2);
  const normalized = normalize(context, grouped, axes, attributes.float('epsilon', 1e-5));
  const parts = [context.optional(1), context.optional(2)].map(
    (vector) => vector && spread(vector, channels),
  );
  const [scale = null, bias = null] = parts.map((vector) => vector && ofChannels(vector, dims.length));
  return scaled(context, builder.reshapeTensor(normalized, dims), scale, bias);
};

function spread(vector: ConstantTensor, channels: number): ConstantTensor {
  const size = product(vector.dims);
  if (size === channels) return vector;
  const own = floatsOf(vector);
  return {
    dims: [channels],
    type: 'float',
    values: Float32Array.from({ length: channels }, (_, c) => own[Math.floor((c * size) / channels)] ?? 0),
  };
}

/** Over one axis; before version 13 over all axes from one on, together. */
function softmax(log: boolean): NodeRule {
  return (context) => {
    const x = context.tensor(0);
    const dims = dimsOf(x.layout);
    const axis = context.axis(dims.length, context.attributes.int('axis', context.opset < 13 ? 1 : -1));
    const together = context.opset < 13 ? dims.map((_, i) => i).slice(axis) : [axis];
    const others = preferredOrder(x.layout).filter((i) => !together.includes(i));
    const own = together.filter((i) => i > 0 || dims[0] !== 1);
    const length = product(own.map((i) => dims[i] ?? 1));
    const node = context.builder.lay(x, [...others.map((i) => [i]), own]);
    const result = context.add(
      { kind: 'softmax', log },
      [node],
      [...others.map((i) => dims[i] ?? 1), length],
    );
    return { node: result, layout: layoutOf(dims, [...others, ...own]) };
  };
}

export const normalizationRules: Readonly<Record<string, NodeRule>> = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  [NORMALIZATION]: partsNormalization,
  InstanceNormalization: instanceNormalization,
  GroupNormalization: groupNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
  Softmax: softmax(false),
  LogSoftmax: softmax(true),
};
