import { channelsOf } from '../tail/shape.ts';
import { isScaledOnly, type OpenStep } from './open-step.ts';
import { channelsPerVariant } from './owner.ts';
import type { SlidingWindow } from './steps.ts';

export function windowOfOnes(positionAxes: number): SlidingWindow {
  const ones = new Array<number>(positionAxes).fill(1);
  return { window: ones, strides: ones, dilation: ones, padBefore: ones.map(() => 0) };
}

export function isWindowOfOnes({ window, strides, padBefore }: SlidingWindow): boolean {
  return [...window, ...strides].every((size) => size === 1) && padBefore.every((padding) => padding === 0);
}

/** How many products of a map and a vector make up each delta of a step, where it is that simple; otherwise null. */
export function lowRankOf({ step, epilogue }: OpenStep): number | null {
  if (step.kind !== 'contribute' || step.partial !== null || !isScaledOnly(epilogue)) return null;
  if (!isWindowOfOnes(step.sliding)) return null;
  return channelsPerVariant(step.source.owner, channelsOf(step.source.shape));
}
