import type { Shape } from '../tail/shape.ts';
import { isSameShape, positionsOf } from '../tail/shape.ts';
import type { ConvolutionOperation } from './convolution.ts';
import type { DenseOperation } from './dense.ts';

/** A window over the position axes, as in `ConvolutionOperation`; a dense layer has a window of ones. */
export interface SlidingWindow {
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padBefore: readonly number[];
}

export function windowOfOnes(positionAxes: number): SlidingWindow {
  const ones = new Array<number>(positionAxes).fill(1);
  return { window: ones, strides: ones, dilation: ones, padBefore: ones.map(() => 0) };
}

/** Results behind the last cell, where there are some, read none: see `isPointwise`. */
export function isWindowOfOnes({ window, strides, padBefore }: SlidingWindow): boolean {
  return [...window, ...strides].every((size) => size === 1) && padBefore.every((padding) => padding === 0);
}

/** Whether each result reads the cell at its own position alone, so that there are as many of them. @param input and result: shapes */
export function isPointwise(sliding: SlidingWindow, input: Shape, result: Shape): boolean {
  return isWindowOfOnes(sliding) && isSameShape(positionsOf(input), positionsOf(result));
}

/** @param shape of the operation's input or result */
export function slidingOf(operation: DenseOperation | ConvolutionOperation, shape: Shape): SlidingWindow {
  if (operation.kind === 'dense') return windowOfOnes(positionsOf(shape).length);
  const { window, strides, dilation, padBefore } = operation;
  return { window, strides, dilation, padBefore };
}
