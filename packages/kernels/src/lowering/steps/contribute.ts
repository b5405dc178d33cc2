import { isPointwise } from '../../operations/sliding-window.ts';
import { ownerMap } from '../../plan/owner.ts';
import type { ContributeStep } from '../../plan/steps.ts';
import type { WeightValues } from '../../plan/weights.ts';
import { channelsOf, positionsOf, sizeOf } from '../../tail/shape.ts';
import type { Change } from '../change.ts';
import type { PlanValues } from '../operands.ts';
import { convolveImagesDepthwise, imageAxes, type Sliding } from '../operations/windows.ts';
import type { Tensor } from '../program.ts';

/**
 * The contributions of all channels as a depthwise convolution that has a variant for every channel and the layer's filters
 * as results of each. Where several channels belong to one variant they become cells under a window: of the second axis of
 * an image, which signals and pointwise layers leave free; on images they take a convolution each.
 */
export function lowerContribute(step: ContributeStep, kernel: WeightValues, values: PlanValues): Change {
  const { b } = values;
  const { source, shape } = step;
  const filters = channelsOf(shape);
  const { variants } = source.owner;
  const members = membersOf(step);
  const layout = layoutOf(step, members[0]?.length ?? 0);
  const takesEach = b.isWhole && layout.groups.length === 1 && isEachChannel(step, members);
  const difference = b.binary(
    'subtract',
    values.get(source.base, source.shape),
    values.get(source.off, source.shape),
  );
  const terms = gatherRows(step, kernel, members, layout).map((rows, i) => {
    const group = layout.groups[i] ?? [];
    const deltas = takesEach ? difference : takeChannels(step, values, difference, group, members);
    const images = b.reshape(deltas, [b.inputs(), ...layout.positions, b.variants()]);
    const window = imageAxes(layout.sliding.window, 1);
    const own = b.perVariant(rows, [...window, variants, filters], 2);
    return convolveImagesDepthwise(b, images, own, layout.sliding, layout.output, b.variants(filters));
  });
  const tensor = terms.reduce((sum, term) => b.binary('add', sum, term));
  return { tensor, inside: true, positions: positionsOf(shape), channels: filters };
}

/** The channels of each variant, the same number for all. A place that no channel fills, at an end, is -1. */
function membersOf({ source: { owner, shape } }: ContributeStep): number[][] {
  const found = Array.from({ length: owner.variants }, (): number[] => []);
  ownerMap(owner, channelsOf(shape)).forEach((variant, channel) => found[variant]?.push(channel));
  const most = found.reduce((count, own) => Math.max(count, own.length), 1);
  return found.map((own) => Array.from({ length: most }, (_, j) => own[j] ?? -1));
}

/** How the source becomes images `[inputs, ...positions, variants]`, and what slides over them. */
interface Layout {
  readonly positions: readonly [number, number];
  readonly output: readonly [number, number];
  readonly sliding: Sliding;
  /** Which of a variant's channels go into each convolution. */
  readonly groups: readonly (readonly number[])[];
}

function layoutOf({ source, sliding, shape }: ContributeStep, members: number): Layout {
  const all = Array.from({ length: members }, (_, j) => j);
  const positions = positionsOf(source.shape);
  const [rows = 1, columns = 1] = positions;
  const [newRows = 1, newColumns = 1] = positionsOf(shape);
  const isEachCell = isPointwise(sliding, source.shape, shape);
  if (isEachCell || positions.length === 1) {
    const along = (numbers: readonly number[], missing: number): number =>
      isEachCell ? missing : (numbers[0] ?? missing);
    return {
      positions: [isEachCell ? sizeOf(positions) : rows, members],
      output: [isEachCell ? sizeOf(positions) : newRows, 1],
      sliding: {
        window: [along(sliding.window, 1), members],
        strides: [along(sliding.strides, 1), 1],
        dilation: [along(sliding.dilation, 1), 1],
        padBefore: [along(sliding.padBefore, 0), 0],
      },
      groups: [all],
    };
  }
  return {
    positions: [rows, columns],
    output: [newRows, newColumns],
    sliding,
    groups: all.map((j) => [j]),
  };
}

/** The rows of the kernel for each convolution, `[taps, members of the group, variants, filters]`. */
function gatherRows(
  { source, sliding, shape }: ContributeStep,
  kernel: WeightValues,
  members: readonly (readonly number[])[],
  { groups }: Layout,
): WeightValues[] {
  const channels = channelsOf(source.shape);
  const filters = channelsOf(shape);
  return groups.map((group) => {
    const order = channelOrder(group, members);
    if (isIdentity(order, channels)) return kernel;
    const size = sizeOf(sliding.window) * order.length * filters;
    const rows = kernel instanceof Float32Array ? new Float32Array(size) : new Float64Array(size);
    for (let row = 0; row * filters < rows.length; row++) {
      const channel = order[row % order.length] ?? -1;
      const from = (Math.floor(row / order.length) * channels + channel) * filters;
      if (channel >= 0) rows.set(kernel.subarray(from, from + filters), row * filters);
    }
    return rows;
  });
}

/** Whether the channels, variant by variant, are those of the source as they lie. */
function isEachChannel({ source }: ContributeStep, members: readonly (readonly number[])[]): boolean {
  const all = Array.from({ length: members[0]?.length ?? 0 }, (_, j) => j);
  return isIdentity(channelOrder(all, members), channelsOf(source.shape));
}

/** The channels of a group of members, `[members of the group, variants]`; -1 where one is missing. */
function channelOrder(group: readonly number[], members: readonly (readonly number[])[]): number[] {
  return group.flatMap((j) => members.map((own) => own[j] ?? -1));
}

function isIdentity(order: readonly number[], channels: number): boolean {
  return order.length === channels && order.every((channel, i) => channel === i);
}

/**
 * The channels of a group for the variants of a chunk, `[inputs, positions, members of the group * variants]`; where one is
 * missing, any other: its weights are 0. The difference is kept with its channels as rows, out of which few are taken quickly.
 */
function takeChannels(
  { source }: ContributeStep,
  { b }: PlanValues,
  difference: Tensor,
  group: readonly number[],
  members: readonly (readonly number[])[],
): Tensor {
  const channels = Int32Array.from(channelOrder(group, members), (channel) => Math.max(0, channel));
  const ofChunk = b.perVariant(channels, [group.length, source.owner.variants], 1);
  const count = channelsOf(source.shape);
  const positions = b.reshape(difference, [b.inputs(), sizeOf(source.shape) / count, count]);
  const rows = b.transpose(positions, [2, 0, 1]);
  const taken = b.gather(rows, b.reshape(ofChunk, [b.variants(group.length)]), 0);
  return b.transpose(taken, [1, 2, 0]);
}
