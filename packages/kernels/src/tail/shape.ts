/** Dimensions without the batch. */
export type Shape = readonly number[];

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((size, length) => size * length, 1);
}

/** How far apart neighbours along each axis are in the flat data. */
export function stridesOf(shape: Shape): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

export function isSameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** The length of the last axis. */
export function channelsOf(shape: Shape): number {
  return shape.at(-1) ?? 1;
}

/** The axes before the last one. */
export function positionsOf(shape: Shape): Shape {
  return shape.slice(0, -1);
}
