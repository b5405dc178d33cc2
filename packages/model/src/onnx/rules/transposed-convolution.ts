import { floatsOf } from '../../nodes/constant-tensor.ts';
import { product } from '../../nodes/layout.ts';
import { NoRule } from '../../nodes/node-context.ts';
import { convolveTransposed, type Growth } from '../../nodes/operations/transposed-convolution.ts';
import type { Attributes } from '../attributes.ts';
import type { OnnxRule } from '../onnx-context.ts';

/**
 * Returns what each axis becomes.
 *
 * Source: ONNX operators, ConvTranspose-11.
 */
function growthOf(attributes: Attributes, positions: readonly number[], window: readonly number[]): Growth[] {
  const ones = positions.map(() => 1);
  const strides = attributes.ints('strides') ?? ones;
  const dilations = attributes.ints('dilations') ?? ones;
  const extra = attributes.ints('output_padding') ?? [];
  const pads = attributes.ints('pads') ?? [];
  const mode = attributes.text('auto_pad', 'NOTSET');
  const asked = attributes.ints('output_shape')?.slice(-positions.length);
  return positions.map((own, axis) => {
    const [stride, dilation] = [strides[axis] ?? 1, dilations[axis] ?? 1];
    const reach = ((window[axis] ?? 1) - 1) * dilation;
    const full = stride * (own - 1) + (extra[axis] ?? 0) + reach + 1;
    const isSame = mode === 'SAME_UPPER' || mode === 'SAME_LOWER';
    const wanted = asked?.[axis] ?? (isSame ? own * stride : null);
    const total = full - (wanted ?? full);
    const half = mode === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2);
    const [before, after] =
      wanted === null ? [pads[axis] ?? 0, pads[axis + positions.length] ?? 0] : [half, total - half];
    const length = full - before - after;
    return { stride, dilation, cutBefore: before, length };
  });
}

const convTranspose: OnnxRule = (context) => {
  const { attributes, memo } = context;
  const weights = context.constant(1);
  const bias = context.optional(2);
  const x = context.tensor(0);
  const [, channels = 1, ...positions] = context.dims();
  const [rows = 1, perGroup = 1, ...window] = weights.dims;
  const groups = attributes.int('group', 1);
  if (
    window.length !== positions.length ||
    window.length > 2 ||
    rows !== channels ||
    channels % groups !== 0
  ) {
    throw new NoRule(`its kernel [${weights.dims.join(', ')}] does not fit its input`);
  }
  const kernel = memo.of(weights, 'transposed', () =>
    turnedKernel(floatsOf(weights), channels, perGroup, product(window), groups),
  );
  const turned = { filters: perGroup * groups, groups, window, kernel, bias: bias && floatsOf(bias) };
  return convolveTransposed(context, x, turned, growthOf(attributes, positions, window));
};

/** `[channels, filters of a group, taps]` as `[taps, channels of a group, filters]`, the last tap first. */
function turnedKernel(
  values: Float32Array,
  channels: number,
  perGroup: number,
  taps: number,
  groups: number,
): Float32Array {
  const [own, filters] = [channels / groups, perGroup * groups];
  const kernel = new Float32Array(taps * own * filters);
  for (let channel = 0; channel < channels; channel++) {
    const first = Math.floor(channel / own) * perGroup;
    for (let filter = 0; filter < perGroup; filter++) {
      for (let tap = 0; tap < taps; tap++) {
        const value = values[(channel * perGroup + filter) * taps + tap] ?? 0;
        kernel[((taps - 1 - tap) * own + (channel % own)) * filters + first + filter] = value;
      }
    }
  }
  return kernel;
}

export const transposedConvolutionRules: Readonly<Record<string, OnnxRule>> = {
  ConvTranspose: convTranspose,
};
