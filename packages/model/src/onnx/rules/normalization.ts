import { floatsOf, type ConstantTensor } from '../../nodes/constant-tensor.ts';
import type { GraphTensor } from '../../nodes/graph-builder.ts';
import { product } from '../../nodes/layout.ts';
import { NoRule } from '../../nodes/node-context.ts';
import { normalize, normalizeChannels, softmaxOver } from '../../nodes/operations/normalization.ts';
import { NORMALIZATION } from '../join-parts.ts';
import type { OnnxContext, OnnxRule } from '../onnx-context.ts';

const batchNormalization: OnnxRule = (context) => {
  const { attributes } = context;
  if (attributes.int('training_mode', 0) === 1) throw new NoRule('it is in training mode');
  if (attributes.int('spatial', 1) === 0) throw new NoRule('it has statistics for each position');
  if (context.readsMore) throw new NoRule('its statistics are asked for');
  return normalizeChannels(context, context.tensor(0), {
    constants: [context.constant(1), context.constant(2), context.constant(3), context.constant(4)],
    epsilon: attributes.float('epsilon', 1e-5),
    axis: 1,
  });
};

/** `x * scale + bias`, where they are given. */
function scaled(
  context: OnnxContext,
  x: GraphTensor,
  scale: ConstantTensor | null,
  bias: ConstantTensor | null,
): GraphTensor {
  return scale === null && bias === null ? x : context.affine(x, scale ?? 1, bias ?? 0);
}

const layerNormalization: OnnxRule = (context) => {
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
const partsNormalization: OnnxRule = (context) => {
  const rank = context.dims().length;
  const axes = (context.attributes.ints('axes') ?? []).map((axis) => context.axis(rank, axis));
  return normalize(context, context.tensor(0), axes, context.attributes.float('epsilon', 0));
};

const instanceNormalization: OnnxRule = (context) => {
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
const meanVarianceNormalization: OnnxRule = (context) => {
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
const groupNormalization: OnnxRule = (context) => {
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
function softmax(log: boolean): OnnxRule {
  return (context) => {
    const dims = context.dims();
    const axis = context.axis(dims.length, context.attributes.int('axis', context.opset < 13 ? 1 : -1));
    const together = context.opset < 13 ? dims.map((_, i) => i).slice(axis) : [axis];
    return softmaxOver(context, context.tensor(0), together, log);
  };
}

export const normalizationRules: Readonly<Record<string, OnnxRule>> = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  [NORMALIZATION]: partsNormalization,
  InstanceNormalization: instanceNormalization,
  GroupNormalization: groupNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
  Softmax: softmax(false),
  LogSoftmax: softmax(true),
};
