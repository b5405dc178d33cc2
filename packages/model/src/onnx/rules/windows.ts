import type { PoolReduction } from '@ablation-cam/kernels';
import { floatsOf, permuteValues } from '../../nodes/constant-tensor.ts';
import { product } from '../../nodes/layout.ts';
import { NoRule } from '../../nodes/node-context.ts';
import { slideOver } from '../../nodes/operations/sliding-window.ts';
import { convolve, convolveDepthwise, poolPositions, poolWindows } from '../../nodes/operations/windows.ts';
import type { OnnxRule } from '../onnx-context.ts';
import { magnitude, rootOf } from './reductions.ts';
import { slideSettings } from './sliding-window.ts';

const conv: OnnxRule = (context) => {
  const { memo, attributes } = context;
  const weights = context.constant(1);
  const given = context.optional(2);
  const x = context.tensor(0);
  const [, channels = 1, ...own] = context.dims();
  const [filters = 1, perGroup = 1, ...window] = weights.dims;
  const groups = attributes.int('group', 1);
  if (window.length !== own.length || perGroup * groups !== channels || filters % groups !== 0) {
    throw new NoRule(`its kernel [${weights.dims.join(', ')}] does not fit its input`);
  }
  const settings = slideSettings(attributes, window.length);
  const bias = given && floatsOf(given);
  const values = floatsOf(weights);
  const taps = product(window);
  if (groups === channels && groups > 1) {
    const multiplier = filters / groups;
    // [channels * multiplier, taps] to [taps, channels * multiplier]
    const kernel = memo.of(weights, 'depthwise', () => permuteValues(values, [filters, taps], [1, 0]));
    return convolveDepthwise(context, x, { multiplier, window, kernel, bias }, settings);
  }
  const kernel = memo.of(weights, 'convolution', () =>
    permuteValues(values, [filters, perGroup, taps], [2, 1, 0]),
  );
  return convolve(context, x, { filters, groups, window, kernel, bias }, settings);
};

function pool(reduction: PoolReduction): OnnxRule {
  return (context) => {
    const { attributes } = context;
    if (context.readsMore) throw new NoRule('places of maxima are asked for');
    const window = attributes.ints('kernel_shape') ?? [];
    return poolWindows(
      context,
      context.tensor(0),
      reduction,
      window,
      slideSettings(attributes, window.length),
      attributes.int('count_include_pad', 0) === 1,
    );
  };
}

/** (sum of |x|^p under a window)^(1/p), as an average whose cells all count: those of padding are put there. */
const lpPool: OnnxRule = (context) => {
  const { attributes } = context;
  const p = attributes.int('p', 2);
  const x = context.channelsLast(magnitude(context, context.tensor(0), p));
  const shape = context.builder.shape(x);
  const window = attributes.ints('kernel_shape') ?? [];
  const settings = slideSettings(attributes, window.length);
  const { sliding, positions } = slideOver(shape.slice(0, -1), window, settings, context.node.name);
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

/** Operators that slide a window, or look at all positions, of `[batch, channels, ...positions]`. */
export const windowRules: Readonly<Record<string, OnnxRule>> = {
  Conv: conv,
  MaxPool: pool('max'),
  AveragePool: pool('average'),
  LpPool: lpPool,
  GlobalAveragePool: (context) => poolPositions(context, context.tensor(0), 'average'),
  GlobalMaxPool: (context) => poolPositions(context, context.tensor(0), 'max'),
};
