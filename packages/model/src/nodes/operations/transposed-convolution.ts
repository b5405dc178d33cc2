import type { NodeId } from '@ablation-cam/kernels';
import type { GraphTensor } from '../graph-builder.ts';
import { product } from '../layout.ts';
import { NoRule, type NodeContext } from '../node-context.ts';

/** How an axis of positions grows. */
export interface Growth {
  readonly stride: number;
  readonly dilation: number;
  /** Cells that are taken off in front of what the first window reaches. */
  readonly cutBefore: number;
  readonly length: number;
}

interface Turned {
  readonly filters: number;
  readonly groups?: number;
  readonly window: readonly number[];
  /** `[...window, channels / groups, filters]`, the last tap first. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array | null;
}

/**
 * A transposed convolution: a convolution, with its kernel turned round, of the input with zeros between its cells.
 *
 * @throws NoRule where more is taken off than there is
 */
export function convolveTransposed(
  context: NodeContext,
  tensor: GraphTensor,
  { filters, groups = 1, window, kernel, bias }: Turned,
  axes: readonly Growth[],
): GraphTensor {
  const padBefore = axes.map(
    ({ cutBefore, dilation }, axis) => ((window[axis] ?? 1) - 1) * dilation - cutBefore,
  );
  const isInside = axes.every(({ cutBefore, length }) => cutBefore >= 0 && length >= 1);
  if (!isInside || padBefore.some((count) => count < 0))
    throw new NoRule('its padding takes more than it adds');
  const source = spread(
    context,
    context.channelsLast(tensor),
    axes.map(({ stride }) => stride),
  );
  const operation = {
    kind: 'convolution',
    ...{ filters, groups, window, padBefore, kernel, bias },
    strides: window.map(() => 1),
    dilation: axes.map(({ dilation }) => dilation),
  } as const;
  return context.fromChannelsLast(
    context.add(operation, [source], [...axes.map(({ length }) => length), filters]),
  );
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
