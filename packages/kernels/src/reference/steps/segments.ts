import type { Segment } from '../../plan/steps.ts';
import { channelsOf, positionsOf, sizeOf, type Shape } from '../../tail/shape.ts';
import type { Tensor } from '../tensor.ts';

/** The channels of a segment. */
export function channelsIn({ start, length }: Segment): number[] {
  return Array.from({ length }, (_, i) => start + i);
}

/** Some channels of a tensor, in the order asked for: `[...positions, channels.length]`. */
export function takeChannels({ shape, data }: Tensor, channels: readonly number[]): Tensor {
  const width = channelsOf(shape);
  const taken = channels.length;
  if (taken === width && channels.every((channel, i) => channel === i)) return { shape, data };
  const selected = new Float64Array((data.length / width) * taken);
  for (let from = 0, to = 0; from < data.length; from += width) {
    for (const channel of channels) selected[to++] = data[from + channel]!;
  }
  return { shape: [...positionsOf(shape), taken], data: selected };
}

/** A segment's values at its place in a tensor of zeros. */
export function placeSegment(values: Float64Array, { start, length }: Segment, shape: Shape): Tensor {
  const width = channelsOf(shape);
  if (length === width) return { shape, data: values };
  const data = new Float64Array(sizeOf(shape));
  values.forEach((value, i) => {
    data[Math.floor(i / length) * width + start + (i % length)] = value;
  });
  return { shape, data };
}
