import { ModelError } from '../errors.ts';

/** The axis that a negative or positive number means. @throws ModelError `invalid-file` where there is none */
export function axisIn(rank: number, axis: number, node: string): number {
  const found = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(found) && found >= 0 && found < Math.max(rank, 1)) return found;
  throw new ModelError(
    'invalid-file',
    `Node "${node}" names the axis ${String(axis)} of a tensor with ${String(rank)} axes. Export the network again.`,
  );
}
