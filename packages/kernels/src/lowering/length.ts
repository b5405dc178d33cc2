/**
 * A length of a tensor of a program: a number, or a number of cells for each input, each variant, or each row - a variant of an
 * input - of the chunk that runs.
 */
export type Length = number | { readonly times: number; readonly per: Counted };

export type Counted = 'input' | 'variant' | 'row';

/** Row-major; the last axis are neighbours. */
export type ProgramShape = readonly Length[];

/** Inputs and variants that go together: variants `first` to `first + variants - 1` of each of `inputs` inputs. */
export interface Chunk {
  readonly inputs: number;
  readonly first: number;
  readonly variants: number;
}

/** The length in a chunk. */
export function lengthIn(length: Length, { inputs, variants }: Omit<Chunk, 'first'>): number {
  if (typeof length === 'number') return length;
  const { times, per } = length;
  switch (per) {
    case 'input':
      return times * inputs;
    case 'variant':
      return times * variants;
    case 'row':
      return times * inputs * variants;
  }
}

/** Returns the shape that a tensor of a program has in a chunk, as numbers. */
export function shapeIn(shape: ProgramShape, chunk: Omit<Chunk, 'first'>): number[] {
  return shape.map((length) => lengthIn(length, chunk));
}

/** `count` times as long. */
export function longer(length: Length, count: number): Length {
  return typeof length === 'number' ? length * count : { ...length, times: length.times * count };
}

export function isSameLength(a: Length, b: Length): boolean {
  if (typeof a === 'number' || typeof b === 'number') return a === b;
  return a.times === b.times && a.per === b.per;
}

export function isSameProgramShape(a: ProgramShape, b: ProgramShape): boolean {
  return a.length === b.length && a.every((length, axis) => isSameLength(length, b[axis] ?? NaN));
}

/** Whether a length depends on how many variants a chunk has. */
export function countsVariants(length: Length): boolean {
  return typeof length !== 'number' && length.per !== 'input';
}

/**
 * The shape two tensors have together when both are broadcast: aligned at the last axis, an axis of length 1 or a missing one in
 * front repeated.
 *
 * @throws RangeError where two lengths do not fit
 */
export function broadcastShape(a: ProgramShape, b: ProgramShape): ProgramShape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [x = 1, y = 1] = [a[axis - rank + a.length], b[axis - rank + b.length]];
    if (x === 1 || isSameLength(x, y)) return y;
    if (y === 1) return x;
    throw new RangeError(`Shapes ${describeShape(a)} and ${describeShape(b)} cannot be broadcast together.`);
  });
}

/** For people: `[2 a row, 7, 7]`. */
export function describeShape(shape: ProgramShape): string {
  const lengths = shape.map((length) => {
    return typeof length === 'number' ? String(length) : `${String(length.times)} a ${length.per}`;
  });
  return `[${lengths.join(', ')}]`;
}
