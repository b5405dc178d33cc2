import type { PoolReduction } from '@ablation-cam/kernels';
import { floatsOf, permuteValues } from '../../nodes/constant-tensor.ts';
import { product } from '../../nodes/layout.ts';
import { NoRule } from '../../nodes/node-context.ts';
import { groupedKernel } from './grouped-kernel.ts';
import { convolve, convolveDepthwise, poolPositions, poolWindows } from '../../nodes/operations/windows.ts';
import type { OnnxRule } from '../onnx-context.ts';
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
    groups === 1
      ? permuteValues(values, [filters, channels, taps], [2, 1, 0])
      : groupedKernel(values, { filters, perGroup, taps, groups }),
  );
  return convolve(context, x, { filters, window, kernel, bias }, settings);
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

/** Operators that slide a window, or look at all positions, of `[batch, channels, ...positions]`. */
export const windowRules: Readonly<Record<string, OnnxRule>> = {
  Conv: conv,
  MaxPool: pool('max'),
  AveragePool: pool('average'),
  GlobalAveragePool: (context) => poolPositions(context, context.tensor(0), 'average'),
  GlobalMaxPool: (context) => poolPositions(context, context.tensor(0), 'max'),
};
