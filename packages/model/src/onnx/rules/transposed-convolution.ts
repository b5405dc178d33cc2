import type { NodeId } from '@ablation-cam/kernels';
import { floatsOf } from '../../nodes/constant-tensor.ts';
import { product } from '../../nodes/layout.ts';
import { NoRule, type NodeContext } from '../../nodes/node-context.ts';
import type { Attributes } from '../attributes.ts';
import type { OnnxRule } from '../onnx-context.ts';

/** How an axis of positions grows. */
interface Growth {
  readonly stride: number;
  readonly dilation: number;
  /** Cells of the convolution with the turned kernel in front of the first. */
  readonly padBefore: number;
  readonly length: number;
}

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
    if (before > reach || before < 0 || length < 1) throw new NoRule('its padding takes more than it adds');
    return { stride, dilation, padBefore: reach - before, length };
  });
}

/** As many cells of zeros behind each cell that neighbors are `strides` apart. @param node `[...positions, channels]` */
function spread(context: NodeContext, node: NodeId, strides: readonly number[]): NodeId {
  const { builder } = context;
  return strides.reduce((x, stride, axis) => {
    if (stride === 1) return x;
    const shape = builder.shape(x);
    const [outer, inner] = [product(shape.slice(0, axis + 1)), product(shape.slice(axis + 1))];
    const cells = builder.reshape(x, [outer, 1, inner]);
    const padded = context.add({ kind: 'pad', before: [0, 0] }, [cells], [outer, stride, inner]);
    return builder.reshape(padded, shape.with(axis, (shape[axis] ?? 1) * stride));
  }, node);
}

/** A convolution, with its kernel turned round, of the input with zeros between its cells. */
const convTranspose: OnnxRule = (context) => {
  const { attributes, memo } = context;
  const weights = context.constant(1);
  const bias = context.optional(2);
  const x = context.channelsLast(context.tensor(0));
  const shape = context.builder.shape(x);
  const channels = shape.at(-1) ?? 1;
  const [rows = 1, perGroup = 1, ...window] = weights.dims;
  const groups = attributes.int('group', 1);
  if (
    window.length !== shape.length - 1 ||
    window.length > 2 ||
    rows !== channels ||
    channels % groups !== 0
  ) {
    throw new NoRule(`its kernel [${weights.dims.join(', ')}] does not fit its input`);
  }
  const axes = growthOf(attributes, shape.slice(0, -1), window);
  const filters = perGroup * groups;
  const taps = product(window);
  const kernel = memo.of(weights, 'transposed', () =>
    turnedKernel(floatsOf(weights), channels, perGroup, taps, groups),
  );
  const source = spread(
    context,
    x,
    axes.map(({ stride }) => stride),
  );
  const operation = {
    kind: 'convolution',
    filters,
    groups,
    window,
    strides: window.map(() => 1),
    dilation: axes.map(({ dilation }) => dilation),
    padBefore: axes.map(({ padBefore }) => padBefore),
    kernel,
    bias: bias && floatsOf(bias),
  } as const;
  return context.fromChannelsLast(
    context.add(operation, [source], [...axes.map(({ length }) => length), filters]),
  );
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
