import type { PoolReduction } from '@ablation-cam/kernels';
import type { GraphTensor } from '../graph-builder.ts';
import { NoRule, type NodeContext } from '../node-context.ts';
import { slideOver, type SlideSettings } from './sliding-window.ts';

/** What slides over an input `[batch, channels, ...positions]`. */
interface Filters {
  readonly window: readonly number[];
  readonly kernel: Float32Array;
  readonly bias: Float32Array | null;
}

/** @param filters `kernel`: `[...window, channels, filters]` */
export function convolve(
  context: NodeContext,
  tensor: GraphTensor,
  { filters, window, kernel, bias }: Filters & { readonly filters: number },
  settings: SlideSettings,
): GraphTensor {
  const x = context.channelsLast(tensor);
  const { sliding, positions } = slideOver(
    context.builder.shape(x).slice(0, -1),
    window,
    settings,
    context.node.name,
  );
  const operation = { kind: 'convolution', filters, ...sliding, kernel, bias } as const;
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
