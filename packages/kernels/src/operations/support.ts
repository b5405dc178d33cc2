import { channelsOf, positionsOf, sizeOf, stridesOf, type Shape } from '../tail/shape.ts';

/** Which elements of its inputs each element of a result reads; those that read the same ones share a set. */
export interface Support {
  readonly sets: number;
  /** The set that an element of the result reads, by its place in the flat result. */
  readonly setOf: (element: number) => number;
  /** Calls `read` with the place of each element of a set in the flat data of an input. */
  readonly visit: (set: number, read: (element: number, input: number) => void) => void;
}

/** Each element reads at most one of the only input, -1 for none. */
export function movedFrom(size: number, source: (element: number) => number): Support {
  return {
    sets: size,
    setOf: (element) => element,
    visit: (set, read) => {
      const element = source(set);
      if (element >= 0) read(element, 0);
    },
  };
}

/** The input moved by `offset` positions: forward for padding, back for cropping. */
export function shifted(offset: readonly number[], input: Shape, shape: Shape): Support {
  const [strides, own] = [stridesOf(shape), stridesOf(input)];
  return movedFrom(sizeOf(shape), (element) => {
    let place = 0;
    for (const [axis, stride] of strides.entries()) {
      const at = (Math.floor(element / stride) % (shape[axis] ?? 1)) - (offset[axis] ?? 0);
      if (at < 0 || at >= (input[axis] ?? 1)) return -1;
      place += at * (own[axis] ?? 0);
    }
    return place;
  });
}

/** Element i reads element i. */
export function samePlace(_: unknown, __: readonly Shape[], shape: Shape): Support {
  return movedFrom(sizeOf(shape), (element) => element);
}

/** Each element reads all that differ from it along `axes` only; the result has the input's shape. */
export function groupsAlong(axes: readonly number[], shape: Shape): Support {
  const strides = stridesOf(shape);
  const all = shape.map((_, axis) => axis);
  const [inner, outer] = [
    all.filter((axis) => axes.includes(axis)),
    all.filter((axis) => !axes.includes(axis)),
  ];
  const pick = (chosen: readonly number[], from: readonly number[]): number[] => {
    return chosen.map((axis) => from[axis] ?? 1);
  };
  const [innerShape, innerStrides] = [pick(inner, shape), pick(inner, strides)];
  const [outerShape, outerStrides] = [pick(outer, shape), pick(outer, strides)];
  const ownStrides = stridesOf(outerShape);
  const size = sizeOf(innerShape);
  return {
    sets: sizeOf(outerShape),
    setOf: (element) =>
      outerStrides.reduce((set, stride, i) => {
        return set + (Math.floor(element / stride) % (outerShape[i] ?? 1)) * (ownStrides[i] ?? 1);
      }, 0),
    visit: (set, read) => {
      const start = placeAt(set, outerShape, outerStrides);
      for (let i = 0; i < size; i++) read(start + placeAt(i, innerShape, innerStrides), 0);
    },
  };
}

/** Every element of a row of the result, along the last axis, reads the whole row of the input. */
export function rowsOf(input: Shape, shape: Shape): Support {
  const [inputs, outputs] = [channelsOf(input), channelsOf(shape)];
  return {
    sets: sizeOf(shape) / outputs,
    setOf: (element) => Math.floor(element / outputs),
    visit: (set, read) => {
      for (let c = 0; c < inputs; c++) read(set * inputs + c, 0);
    },
  };
}

/** What a window slides over; taps are neighbours without `dilation`. */
export interface Sliding {
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly padBefore: readonly number[];
  readonly dilation?: readonly number[];
}

/** Channel r of a position reads channel floor(r / multiplier) of the cells under the window. */
export function windowsOfChannels(sliding: Sliding, input: Shape, shape: Shape, multiplier: number): Support {
  const channels = channelsOf(input);
  return {
    sets: sizeOf(positionsOf(shape)) * channels,
    setOf: (element) => Math.floor(element / multiplier),
    visit: (set, read) => {
      const position = Math.floor(set / channels);
      for (const cell of cellsUnder(sliding, input, shape, position)) {
        read(cell * channels + (set % channels), 0);
      }
    },
  };
}

/** Every channel of a position reads all channels of its group, of the cells under the window. */
export function windowsOfGroups(sliding: Sliding, input: Shape, shape: Shape, groups: number): Support {
  const channels = channelsOf(input);
  const own = channels / groups;
  const results = channelsOf(shape) / groups;
  return {
    sets: sizeOf(positionsOf(shape)) * groups,
    setOf: (element) => Math.floor(element / results),
    visit: (set, read) => {
      const first = (set % groups) * own;
      for (const cell of cellsUnder(sliding, input, shape, Math.floor(set / groups))) {
        for (let c = first; c < first + own; c++) read(cell * channels + c, 0);
      }
    },
  };
}

/** Positions of the input under the window at a position of the result; those of padding are left out. */
function cellsUnder(sliding: Sliding, input: Shape, shape: Shape, position: number): number[] {
  const { window, strides, padBefore, dilation } = sliding;
  const positions = positionsOf(input);
  const own = stridesOf(positionsOf(shape));
  return positions.reduce<number[]>(
    (before, length, axis) => {
      const at = Math.floor(position / (own[axis] ?? 1)) % (shape[axis] ?? 1);
      const start = at * (strides[axis] ?? 1) - (padBefore[axis] ?? 0);
      const cells = Array.from({ length: window[axis] ?? 1 }, (_, t) => start + t * (dilation?.[axis] ?? 1));
      const real = cells.filter((cell) => cell >= 0 && cell < length);
      return before.flatMap((outer) => real.map((cell) => outer * length + cell));
    },
    [0],
  );
}

/** The place in flat data of the element with this number among those of `shape`. */
export function placeAt(number: number, shape: Shape, strides: readonly number[]): number {
  let [place, rest] = [0, number];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] ?? 1;
    place += (rest % length) * (strides[axis] ?? 0);
    rest = Math.floor(rest / length);
  }
  return place;
}
