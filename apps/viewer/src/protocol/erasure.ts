import type { Blank } from './calls.ts';

/** What stands where an input is erased: nothing to see, or the input blurred. */
export type Fill = Blank | 'blur';

/**
 * A part of an input that is erased, in shares of its width and height from the left and from the top; the height of a signal is
 * all of it.
 */
export interface Mark {
  readonly form: 'disc' | 'box';
  /** The middle. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What was painted over an input; the input itself stays as it is. */
export interface Erasure {
  readonly fill: Fill;
  readonly marks: readonly Mark[];
  /** Tells it from all others of the same input. */
  readonly id: string;
}

/** Returns 1 where marks lie and 0 elsewhere, at the middle of each cell of `[height, width]` or `[length]`. */
export function erasedCells(marks: readonly Mark[], shape: readonly number[]): Uint8Array {
  const isSignal = shape.length === 1;
  const [height, width] = isSignal ? [1, shape[0] ?? 1] : [shape[0] ?? 1, shape[1] ?? 1];
  const cells = new Uint8Array(height * width);
  for (const mark of marks) {
    const [first, last] = span(mark.x, mark.width, width);
    const [top, bottom] = isSignal ? [0, 0] : span(mark.y, mark.height, height);
    for (let row = top; row <= bottom; row++) {
      for (let column = first; column <= last; column++) {
        const across = (2 * ((column + 0.5) / width - mark.x)) / mark.width;
        const down = isSignal ? 0 : (2 * ((row + 0.5) / height - mark.y)) / mark.height;
        if (mark.form === 'box' || across ** 2 + down ** 2 <= 1) cells[row * width + column] = 1;
      }
    }
  }
  return cells;
}

/** The first and the last of `count` cells whose middles lie within an interval; none where the last comes before the first. */
function span(middle: number, size: number, count: number): [first: number, last: number] {
  const first = Math.ceil((middle - size / 2) * count - 0.5);
  const last = Math.floor((middle + size / 2) * count - 0.5);
  return [Math.max(0, first), Math.min(count - 1, last)];
}
