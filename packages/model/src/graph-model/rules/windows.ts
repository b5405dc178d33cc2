import type { PoolReduction } from '@ablation-cam/kernels';
import { floatsOf, readStrided, type ConstantTensor } from '../../nodes/constant-tensor.ts';
import type { GraphTensor } from '../../nodes/graph-builder.ts';
import { dimsOf, isSame, product } from '../../nodes/layout.ts';
import { NoRule } from '../../nodes/node-context.ts';
import type { Padding, SlideSettings } from '../../nodes/operations/sliding-window.ts';
import { convolveTransposed, type Growth } from '../../nodes/operations/transposed-convolution.ts';
import { convolve, convolveDepthwise, poolWindows } from '../../nodes/operations/windows.ts';
import type { GraphModelContext, GraphModelRule } from '../graph-model-context.ts';
import { interleave, interleavedOf } from '../interleaved.ts';
import { fusedActivation } from './activations.ts';

/** Strides, holes and padding of a node over so many axes of positions. */
function slideSettings(context: GraphModelContext, axes: number): SlideSettings {
  const { attributes } = context;
  const ones = new Array<number>(axes).fill(1);
  const positions = (name: string): readonly number[] => {
    const all = attributes.numbers(name);
    return all && all.length > 0 ? context.ofPositions(all) : ones;
  };
  return {
    strides: positions('strides'),
    dilation: positions('dilations'),
    padding: paddingOf(context),
  };
}

function paddingOf(context: GraphModelContext): Padding {
  const mode = context.attributes.text('padding', 'VALID').toUpperCase();
  if (mode === 'VALID') return 'valid';
  if (mode === 'SAME') return 'same-upper';
  if (mode !== 'EXPLICIT') throw new NoRule(`its padding is "${mode}"`);
  const amounts = context.attributes.numbers('explicit_paddings') ?? [];
  const pairs = Array.from(
    { length: amounts.length / 2 },
    (_, axis) => [amounts[2 * axis] ?? 0, amounts[2 * axis + 1] ?? 0] as const,
  );
  return context.ofPositions(pairs);
}

type Slide = (tensor: GraphTensor, settings: SlideSettings) => GraphTensor;

/**
 * Runs what slides over `[batch, channels, ...positions]` on the node's input. Where that is every n-th cells of a tensor, the window
 * has holes on the tensor itself.
 */
function slideOn(context: GraphModelContext, axes: number, slide: Slide): GraphTensor {
  const x = context.tensor(0);
  const settings = slideSettings(context, axes);
  const [batch] = dimsOf(x.layout);
  const whole = batch === 1 || context.isChannelsFirst ? null : interleavedOf(x);
  if (!whole) return context.inLayout(slide(context.channelsFirst(x), settings));
  const { tensor, block } = whole;
  if (settings.strides.some((stride) => stride !== 1) || settings.padding === 'same-upper')
    throw new NoRule('it steps over, or pads, every n-th cells');
  const { padding } = settings;
  const made = slide(context.channelsFirst(tensor), {
    strides: settings.strides,
    dilation: settings.dilation.map((step, axis) => step * (block[axis] ?? 1)),
    padding:
      typeof padding === 'object'
        ? padding.map(([before, after], axis) => {
            const size = block[axis] ?? 1;
            return [before * size, after * size] as const;
          })
        : padding,
  });
  const result = context.inLayout(made);
  const layout = interleave(result.layout, block);
  if (!layout) throw new NoRule('its result is no batch of every n-th cells');
  return { node: result.node, layout };
}

function convolution(context: GraphModelContext, bias: Float32Array | null): GraphTensor {
  const weights = context.constant(1);
  const filters = weights.dims.at(-1) ?? 1;
  const channels = weights.dims.at(-2) ?? 1;
  const window = weights.dims.slice(0, -2);
  const dims = context.dims();
  if (window.length !== dims.length - 2 || channels !== dims[context.channelAxis(dims.length)])
    throw new NoRule(`its kernel [${weights.dims.join(', ')}] does not fit its input [${dims.join(', ')}]`);
  return slideOn(context, window.length, (x, settings) =>
    convolve(context, x, { filters, window, kernel: floatsOf(weights), bias }, settings),
  );
}

function depthwise(context: GraphModelContext, bias: Float32Array | null): GraphTensor {
  const weights = context.constant(1);
  const multiplier = weights.dims.at(-1) ?? 1;
  const window = weights.dims.slice(0, -2);
  const dims = context.dims();
  if (window.length !== dims.length - 2 || weights.dims.at(-2) !== dims[context.channelAxis(dims.length)])
    throw new NoRule(`its kernel [${weights.dims.join(', ')}] does not fit its input [${dims.join(', ')}]`);
  return slideOn(context, window.length, (x, settings) =>
    convolveDepthwise(context, x, { multiplier, window, kernel: floatsOf(weights), bias }, settings),
  );
}

/** With a bias and an activation in the same node. */
function fused(
  write: (context: GraphModelContext, bias: Float32Array | null) => GraphTensor,
): GraphModelRule {
  return (context) => {
    const names = context.attributes.texts('fused_ops');
    const hasBias = names[0] === 'BiasAdd';
    const made = write(context, hasBias ? floatsOf(context.constant(2)) : null);
    return (hasBias ? names.slice(1) : names).reduce(
      (x, name) => fusedActivation(context, x, name, hasBias ? 3 : 2),
      made,
    );
  };
}

function pool(reduction: PoolReduction): GraphModelRule {
  return (context) => {
    if (context.readsMore) throw new NoRule('places of maxima are asked for');
    const sizes = context.attributes.numbers('ksize') ?? [];
    const window = context.ofPositions(sizes);
    const [batch = 1, ...others] = dimsOf(context.tensor(0).layout);
    const isOfPositions = isSame([sizes[0] ?? 1, sizes[context.channelAxis(sizes.length)] ?? 1], [1, 1]);
    if (batch !== 1 || !isOfPositions || window.length !== others.length - 1)
      throw new NoRule('it pools other axes than those of positions');
    return context.inLayout(
      poolWindows(
        context,
        context.channelsFirst(context.tensor(0)),
        reduction,
        window,
        slideSettings(context, window.length),
      ),
    );
  };
}

/**
 * A transposed convolution: the gradient of a convolution, whose input had the size that the node says, with respect to that.
 *
 * Source: TensorFlow operators, Conv2DBackpropInput: inputs are the size, the kernel `[...window, filters, channels]` and the tensor.
 */
const transposedConvolution: GraphModelRule = (context) => {
  const sizes = context.numbers(0);
  const weights = context.constant(1);
  const x = context.channelsFirst(context.tensor(2));
  const dims = dimsOf(x.layout);
  const [window, [filters = 1, channels = 1]] = [weights.dims.slice(0, -2), weights.dims.slice(-2)];
  if (window.length !== dims.length - 2 || channels !== dims[1] || sizes.length !== dims.length)
    throw new NoRule(`its kernel [${weights.dims.join(', ')}] does not fit its input [${dims.join(', ')}]`);
  const { strides, dilation, padding } = slideSettings(context, window.length);
  const axes = context.ofPositions(sizes).map((length, axis): Growth => {
    const [own = 1, stride = 1, step = 1] = [dims[axis + 2], strides[axis], dilation[axis]];
    const reach = ((window[axis] ?? 1) - 1) * step + 1;
    const all = Math.max(0, (own - 1) * stride + reach - length);
    const cutBefore =
      padding === 'valid' ? 0 : typeof padding === 'object' ? (padding[axis]?.[0] ?? 0) : Math.floor(all / 2);
    return { stride, dilation: step, cutBefore, length };
  });
  const kernel = context.memo.of(weights, 'turned', () => turnedKernel(weights));
  const made = convolveTransposed(context, x, { filters, window, kernel, bias: null }, axes);
  return context.inLayout(made);
};

/** `[...window, filters, channels]` as `[...window, channels, filters]`, the last tap first. */
function turnedKernel(weights: ConstantTensor): Float32Array {
  const [filters = 1, channels = 1] = weights.dims.slice(-2);
  const taps = product(weights.dims.slice(0, -2));
  const size = filters * channels;
  return readStrided(floatsOf(weights), [taps, channels, filters], [-size, 1, channels], (taps - 1) * size);
}

/** Operators that slide a window over the positions. */
export const windowRules: Readonly<Record<string, GraphModelRule>> = {
  Conv2D: (context) => convolution(context, null),
  Conv2DBackpropInput: transposedConvolution,
  _FusedConv2D: fused(convolution),
  DepthwiseConv2d: (context) => depthwise(context, null),
  DepthwiseConv2dNative: (context) => depthwise(context, null),
  FusedDepthwiseConv2dNative: fused(depthwise),
  MaxPool: pool('max'),
  MaxPoolWithArgmax: pool('max'),
  AvgPool: pool('average'),
};
