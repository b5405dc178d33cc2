import type { OpenShape } from '../network/network.ts';

/** Returns a shape as text, `[null, 8]` as "[?, 8]". */
export function describeShape(shape: OpenShape): string {
  return `[${shape.map((size) => size ?? '?').join(', ')}]`;
}

export function sameShape(a: OpenShape, b: OpenShape): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** Whether the shape has one axis only, next to axes of length 1 before it. */
export function isVector(shape: OpenShape): boolean {
  return shape.slice(0, -1).every((size) => size === 1);
}
