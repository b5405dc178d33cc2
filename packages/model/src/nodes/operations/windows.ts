import type { PoolReduction } from '@ablation-cam/kernels';
import type { GraphTensor } from '../graph-builder.ts';
import { dimsOf, layoutOf, product } from '../layout.ts';
import { NoRule, type NodeContext } from '../node-context.ts';
import { slideOver, type SlideSettings } from './sliding-window.ts';

/** What slides over an input `[batch, channels, ...positions]`. */
interface Filters {
  readonly window: readonly number[];
  readonly kernel: Float32Array;
  readonly bias: Float32Array | null;
}

/** @param filters `kernel`: `[...window, channels / groups, filters]` */
export function convolve(
  context: NodeContext,
  tensor: GraphTensor,
  {
    filters,
    groups = 1,
    window,
    kernel,
    bias,
  }: Filters & { readonly filters: number; readonly groups?: number },
  settings: SlideSettings,
): GraphTensor {
  const x = context.channelsLast(tensor);
  const { sliding, positions } = slideOver(
    context.builder.shape(x).slice(0, -1),
    window,
    settings,
    context.node.name,
  );
  const operation = { kind: 'convolution', filters, groups, ...sliding, kernel, bias } as const;
  return context.fromChannelsLast(context.add(operation, [x], [...positions, filters]));
}

/** Each channel by itself. @param filters `kernel`: `[...window, channels, multiplier]` */
export function convolveDepthwise(
  context: NodeContext,
  tensor: GraphTensor,
  { multiplier, window, kernel, bias }: Filters & { readonly multiplier: number },
  settings: SlideSettings,
): GraphTensor {
  const x = context.channelsLast(tensor);
  const shape = context.builder.shape(x);
  const { sliding, positions } = slideOver(shape.slice(0, -1), window, settings, context.node.name);
  const operation = { kind: 'depthwise', multiplier, ...sliding, kernel, bias } as const;
  return context.fromChannelsLast(
    context.add(operation, [x], [...positions, (shape.at(-1) ?? 1) * multiplier]),
  );
}

/** @param countsPadding whether zeros around the input count in a mean */
export function poolWindows(
  context: NodeContext,
  tensor: GraphTensor,
  reduction: PoolReduction,
  window: readonly number[],
  settings: SlideSettings,
  countsPadding = false,
): GraphTensor {
  const only = onlyAxis(window, settings);
  if (only !== null) return poolAxis(context, tensor, reduction, window, settings, only);
  const x = context.channelsLast(tensor);
  const shape = context.builder.shape(x);
  const channels = shape.at(-1) ?? 1;
  const { sliding, padAfter, positions } = slideOver(shape.slice(0, -1), window, settings, context.node.name);
  if (sliding.dilation.some((step) => step !== 1)) throw new NoRule('its window has holes');
  const { strides, padBefore } = sliding;
  const isPadded = [...padBefore, ...padAfter].some((count) => count > 0);
  const operation = { kind: 'pool', reduction, window, strides, padBefore } as const;
  const result = [...positions, channels];
  if (reduction === 'max' || !isPadded || !countsPadding) {
    return context.fromChannelsLast(context.add(operation, [x], result));
  }
  // Zeros that count are put there; what a window reaches beyond them does not count.
  const padded = shape.map((length, axis) => length + (padBefore[axis] ?? 0) + (padAfter[axis] ?? 0));
  const zeros = context.add({ kind: 'pad', before: padBefore }, [x], padded);
  const inside = { ...operation, padBefore: padBefore.map(() => 0) };
  return context.fromChannelsLast(context.add(inside, [zeros], result));
}

/** The axis of more than two of positions along which a window is longer than a cell, where it is a single one. */
function onlyAxis(window: readonly number[], { strides, dilation, padding }: SlideSettings): number | null {
  if (window.length < 3) return null;
  const active = window.flatMap((size, i) => {
    const isPadded = typeof padding === 'object' && padding[i]?.some((count) => count > 0) === true;
    return isPadded || [size, strides[i] ?? 1, dilation[i] ?? 1].some((number) => number > 1) ? [i] : [];
  });
  return active.length === 1 ? (active[0] ?? null) : null;
}

/** A pooling along one axis of many, without padding: as PyTorch writes local response normalization. */
function poolAxis(
  context: NodeContext,
  tensor: GraphTensor,
  reduction: PoolReduction,
  windows: readonly number[],
  { strides, dilation, padding, roundsUp = false }: SlideSettings,
  only: number,
): GraphTensor {
  const { builder } = context;
  const axis = only + 2;
  const { node, order } = builder.asAxes(tensor);
  const shape = builder.shape(node);
  const place = order.indexOf(axis);
  const isUnpadded =
    padding === 'valid' || (typeof padding === 'object' && padding.flat().every((count) => count === 0));
  if (!isUnpadded || dilation[only] !== 1 || roundsUp || place < 0)
    throw new NoRule('it slides over more than two axes of positions, with padding or holes');
  const [length, window, stride] = [shape[place] ?? 1, windows[only] ?? 1, strides[only] ?? 1];
  const count = Math.floor((length - window) / stride) + 1;
  const [outer, inner] = [product(shape.slice(0, place)), product(shape.slice(place + 1))];
  const source = builder.reshape(node, [outer, length, inner]);
  const sliding = { window: [1, window], strides: [1, stride], padBefore: [0, 0] };
  const pooled = context.add({ kind: 'pool', reduction, ...sliding }, [source], [outer, count, inner]);
  const dims = dimsOf(tensor.layout).with(axis, count);
  return { node: builder.reshape(pooled, shape.with(place, count)), layout: layoutOf(dims, order) };
}

/** All positions as one. */
export function poolPositions(
  context: NodeContext,
  tensor: GraphTensor,
  reduction: PoolReduction,
): GraphTensor {
  const x = context.channelsLast(tensor);
  const shape = context.builder.shape(x);
  const result = shape.map((length, axis) => (axis === shape.length - 1 ? length : 1));
  return context.fromChannelsLast(context.add({ kind: 'global-pool', reduction }, [x], result));
}
