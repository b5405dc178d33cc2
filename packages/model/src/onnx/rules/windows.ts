import type { PoolReduction } from '@ablation-cam/kernels';
import { floatsOf, permuteValues } from '../constant-tensor.ts';
import type { GraphTensor } from '../graph-builder.ts';
import { layoutOf, product } from '../layout.ts';
import { NoRule, type NodeContext, type NodeRule } from '../node-context.ts';
import { magnitude, rootOf } from './reductions.ts';
import { slideOver } from './sliding-window.ts';

const conv: NodeRule = (context) => {
  const { memo, attributes } = context;
  const weights = context.constant(1);
  const bias = context.optional(2);
  const x = context.channelsLast(context.tensor(0));
  const shape = context.builder.shape(x);
  const channels = shape.at(-1) ?? 1;
  const [filters = 1, perGroup = 1, ...window] = weights.dims;
  const groups = attributes.int('group', 1);
  if (window.length !== shape.length - 1 || perGroup * groups !== channels || filters % groups !== 0) {
    throw new NoRule(`its kernel [${weights.dims.join(', ')}] does not fit its input`);
  }
  const { sliding, positions } = slideOver(shape.slice(0, -1), window, attributes);
  const ownBias = bias && floatsOf(bias);
  const values = floatsOf(weights);
  const taps = product(window);
  if (groups === channels && groups > 1) {
    const multiplier = filters / groups;
    // [channels * multiplier, taps] to [taps, channels * multiplier]
    const kernel = memo.of(weights, 'depthwise', () => permuteValues(values, [filters, taps], [1, 0]));
    const operation = { kind: 'depthwise', multiplier, ...sliding, kernel, bias: ownBias } as const;
    return context.fromChannelsLast(context.add(operation, [x], [...positions, filters]));
  }
  const kernel = memo.of(weights, 'convolution', () =>
    permuteValues(values, [filters, perGroup, taps], [2, 1, 0]),
  );
  const operation = { kind: 'convolution', filters, groups, ...sliding, kernel, bias: ownBias } as const;
  return context.fromChannelsLast(context.add(operation, [x], [...positions, filters]));
};

function pool(reduction: PoolReduction): NodeRule {
  return (context) => {
    const { attributes } = context;
    if (context.readsMore) throw new NoRule('places of maxima are asked for');
    const axis = onlyAxis(context);
    if (axis !== null) return poolAxis(context, reduction, axis);
    const x = context.channelsLast(context.tensor(0));
    const shape = context.builder.shape(x);
    const channels = shape.at(-1) ?? 1;
    const window = attributes.ints('kernel_shape') ?? [];
    const { sliding, padAfter, positions } = slideOver(shape.slice(0, -1), window, attributes);
    if (sliding.dilation.some((step) => step !== 1)) throw new NoRule('its window has holes');
    const { strides, padBefore } = sliding;
    const isPadded = [...padBefore, ...padAfter].some((count) => count > 0);
    const operation = { kind: 'pool', reduction, window, strides, padBefore } as const;
    const result = [...positions, channels];
    if (reduction === 'max' || !isPadded || attributes.int('count_include_pad', 0) === 0) {
      return context.fromChannelsLast(context.add(operation, [x], result));
    }
    // Zeros that count are put there; what a window reaches beyond them does not count.
    const padded = shape.map((length, axis) => length + (padBefore[axis] ?? 0) + (padAfter[axis] ?? 0));
    const zeros = context.add({ kind: 'pad', before: padBefore }, [x], padded);
    const inside = { ...operation, padBefore: padBefore.map(() => 0) };
    return context.fromChannelsLast(context.add(inside, [zeros], result));
  };
}

/** The axis of more than two of positions along which a window is longer than a cell, where it is a single one. */
function onlyAxis({ attributes }: NodeContext): number | null {
  const window = attributes.ints('kernel_shape') ?? [];
  if (window.length < 3) return null;
  const numbers = [attributes.ints('strides'), attributes.ints('dilations'), window];
  const pads = attributes.ints('pads') ?? [];
  const active = window.flatMap((_, i) => {
    const isPadded = (pads[i] ?? 0) > 0 || (pads[i + window.length] ?? 0) > 0;
    return isPadded || numbers.some((list) => (list?.[i] ?? 1) > 1) ? [i + 2] : [];
  });
  return active.length === 1 ? (active[0] ?? null) : null;
}

/** A pooling along one axis of many, without padding: as PyTorch writes local response normalization. */
function poolAxis(context: NodeContext, reduction: PoolReduction, axis: number): GraphTensor {
  const { attributes, builder } = context;
  const { node, order } = builder.asAxes(context.tensor(0));
  const shape = builder.shape(node);
  const place = order.indexOf(axis);
  const at = axis - 2;
  const pick = (name: string): number => attributes.ints(name)?.[at] ?? 1;
  const pads = attributes.ints('pads') ?? [];
  const isPlain =
    pick('dilations') === 1 && attributes.int('ceil_mode', 0) === 0 && pads.every((count) => count === 0);
  const mode = attributes.text('auto_pad', 'NOTSET');
  if (!isPlain || place < 0 || (mode !== 'NOTSET' && mode !== 'VALID'))
    throw new NoRule('it slides over more than two axes of positions, with padding or holes');
  const [length, window, stride] = [shape[place] ?? 1, pick('kernel_shape'), pick('strides')];
  const count = Math.floor((length - window) / stride) + 1;
  const [outer, inner] = [product(shape.slice(0, place)), product(shape.slice(place + 1))];
  const source = builder.reshape(node, [outer, length, inner]);
  const sliding = { window: [1, window], strides: [1, stride], padBefore: [0, 0] };
  const pooled = context.add({ kind: 'pool', reduction, ...sliding }, [source], [outer, count, inner]);
  const dims = context.dims().with(axis, count);
  return { node: builder.reshape(pooled, shape.with(place, count)), layout: layoutOf(dims, order) };
}

/** (sum of |x|^p under a window)^(1/p), as an average whose cells all count: those of padding are put there. */
const lpPool: NodeRule = (context) => {
  const { attributes } = context;
  const p = attributes.int('p', 2);
  const x = context.channelsLast(magnitude(context, context.tensor(0), p));
  const shape = context.builder.shape(x);
  const window = attributes.ints('kernel_shape') ?? [];
  const { sliding, positions } = slideOver(shape.slice(0, -1), window, attributes);
  if (sliding.dilation.some((step) => step !== 1)) throw new NoRule('its window has holes');
  const { strides, padBefore } = sliding;
  // As far as windows reach, and at least all there is.
  const reached = positions.map((count, axis) => {
    const end = (count - 1) * (strides[axis] ?? 1) + (window[axis] ?? 1);
    return Math.max(end, (shape[axis] ?? 1) + (padBefore[axis] ?? 0));
  });
  const channels = shape.at(-1) ?? 1;
  const padded = context.add({ kind: 'pad', before: padBefore }, [x], [...reached, channels]);
  const operation = {
    kind: 'pool',
    reduction: 'average',
    window,
    strides,
    padBefore: window.map(() => 0),
  } as const;
  const means = context.fromChannelsLast(context.add(operation, [padded], [...positions, channels]));
  return rootOf(context, context.affine(means, product(window), 0), p);
};

function globalPool(reduction: PoolReduction): NodeRule {
  return (context) => poolPositions(context, reduction);
}

function poolPositions(context: NodeContext, reduction: PoolReduction): ReturnType<NodeRule> {
  const x = context.channelsLast(context.tensor(0));
  const shape = context.builder.shape(x);
  const result = shape.map((length, axis) => (axis === shape.length - 1 ? length : 1));
  return context.fromChannelsLast(context.add({ kind: 'global-pool', reduction }, [x], result));
}

/** Operators that slide a window, or look at all positions, of `[batch, channels, ...positions]`. */
export const windowRules: Readonly<Record<string, NodeRule>> = {
  Conv: conv,
  MaxPool: pool('max'),
  AveragePool: pool('average'),
  LpPool: lpPool,
  GlobalAveragePool: globalPool('average'),
  GlobalMaxPool: globalPool('max'),
};
