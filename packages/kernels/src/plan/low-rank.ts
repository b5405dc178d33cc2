import { isPointwise } from '../operations/sliding-window.ts';
import { channelsOf } from '../tail/shape.ts';
import { isScaledOnly, type OpenStep } from './open-step.ts';
import { channelsPerVariant } from './owner.ts';

/** How many products of a map and a vector make up each delta of a step, where it is that simple; otherwise null. */
export function lowRankOf({ step, epilogue }: OpenStep): number | null {
  if (step.kind !== 'contribute' || step.partial !== null || !isScaledOnly(epilogue)) return null;
  if (!isPointwise(step.sliding, step.source.shape, step.shape)) return null;
  return channelsPerVariant(step.source.owner, channelsOf(step.source.shape));
}
