import * as tf from '@tensorflow/tfjs';
import {
  channelsOf,
  isWindowOfOnes,
  ownerMap,
  positionsOf,
  sizeOf,
  weightValues,
  type ContributeStep,
  type WeightValues,
} from '@ablation-cam/kernels';
import { plusPartial, type Change } from '../change.ts';
import type { Constants } from '../constants.ts';
import { compileEpilogue } from '../epilogue.ts';
import { wholeOf } from '../operands.ts';
import { convolveImagesDepthwise, type Sliding } from '../operations/windows.ts';
import type { Values } from '../values.ts';
import type { CompiledStep } from './compiled-step.ts';

/**
 * The contributions of all channels as a depthwise convolution that has a variant for every channel and the layer's filters
 * as results of each. Where several channels belong to one variant they become cells under a window: of the second axis of
 * an image, which signals and pointwise layers leave free; on images they take a convolution each.
 */
export function compileContribute(step: ContributeStep, constants: Constants): CompiledStep {
  const { partial, shape } = step;
  const filters = channelsOf(shape);
  const members = membersOf(step);
  const layout = layoutOf(step, members[0]?.length ?? 0);
  const kernels = gatherRows(step, weightValues(step.kernel), members, layout).map((values) =>
    constants.cuts(values, [...layout.sliding.window, members.length, filters], 2),
  );
  const isEach = layout.groups.length === 1 && isEachChannel(step, members);
  const key = {};
  const epilogue = compileEpilogue(step.epilogue, wholeOf(shape), shape, constants);

  return (values, chunk) => {
    const owned = members.slice(chunk.first, chunk.first + chunk.variants);
    const terms = kernels.map((kernel, group): tf.Tensor => {
      const isWhole = isEach && chunk.variants === members.length;
      const channels = (layout.groups[group] ?? []).flatMap((j) => owned.map((own) => own[j] ?? 0));
      const deltas = isWhole ? deltaOf(step, values) : takeChannels(step, values, key, channels);
      const images = deltas.reshape<tf.Tensor4D>([chunk.inputs, ...layout.positions, chunk.variants]);
      const own = kernel.cut(chunk.first, chunk.variants) as tf.Tensor4D;
      return convolveImagesDepthwise(images, own, layout.sliding, layout.output);
    });
    const tensor = terms.reduce((sum, term) => sum.add(term));
    const change: Change = { tensor, inside: true, positions: positionsOf(shape), channels: filters };
    return epilogue(plusPartial(change, partial, values, chunk), values, chunk);
  };
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
  readonly sliding: Sliding & { readonly dilation: readonly number[] };
  /** Which of a variant's channels go into each convolution. */
  readonly groups: readonly (readonly number[])[];
}

function layoutOf({ source, sliding, shape }: ContributeStep, members: number): Layout {
  const all = Array.from({ length: members }, (_, j) => j);
  const positions = positionsOf(source.shape);
  const [rows = 1, columns = 1] = positions;
  const [newRows = 1, newColumns = 1] = positionsOf(shape);
  if (isWindowOfOnes(sliding) || positions.length === 1) {
    const isPointwise = isWindowOfOnes(sliding);
    const along = (numbers: readonly number[], missing: number): number =>
      isPointwise ? missing : (numbers[0] ?? missing);
    return {
      positions: [isPointwise ? sizeOf(positions) : rows, members],
      output: [isPointwise ? sizeOf(positions) : newRows, 1],
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
    const order = group.flatMap((j) => members.map((own) => own[j] ?? -1));
    if (order.length === channels && order.every((channel, i) => channel === i)) return kernel;
    const rows = new Float32Array(sizeOf(sliding.window) * order.length * filters);
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
  const most = members[0]?.length ?? 0;
  const order = Array.from({ length: most }, (_, j) => members.map((own) => own[j] ?? -1)).flat();
  return order.length === channelsOf(source.shape) && order.every((channel, i) => channel === i);
}

/** base - off, `[inputs, ...shape]`. */
function deltaOf({ source }: ContributeStep, values: Values): tf.Tensor {
  return values.get(source.base, source.shape).sub(values.get(source.off, source.shape));
}

/**
 * Some channels of base - off, `[inputs * positions, channels]`; where one is missing, any other: its weights are 0. For
 * chunks of variants the difference is kept with its channels as rows, out of which few are taken quickly.
 *
 * @param key of what is kept
 */
function takeChannels(
  step: ContributeStep,
  values: Values,
  key: object,
  channels: readonly number[],
): tf.Tensor {
  const [byChannel] = values.once(key, () => [
    deltaOf(step, values)
      .reshape([-1, channelsOf(step.source.shape)])
      .transpose(),
  ]);
  if (!byChannel) throw new RangeError('The difference of the streams was not kept.');
  const rows = Int32Array.from(channels, (channel) => Math.max(0, channel));
  const taken = tf.gather(byChannel, tf.tensor1d(rows));
  return rows.length === 1 ? taken : taken.transpose();
}
