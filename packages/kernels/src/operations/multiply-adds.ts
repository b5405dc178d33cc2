import { channelsOf, positionsOf, sizeOf, type Shape } from '../tail/shape.ts';

/** Multiply-adds of a convolution or dense layer from `channels` of its input, `[...positions, filters]` long. */
export function linearMultiplyAdds(shape: Shape, window: readonly number[], channels: number): number {
  return sizeOf(positionsOf(shape)) * channelsOf(shape) * sizeOf(window) * channels;
}
