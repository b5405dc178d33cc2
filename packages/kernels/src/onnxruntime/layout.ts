import { isSameLength, type Length, type ProgramShape } from '../lowering/length.ts';

/**
 * A factor of one or more axes of a tensor, all of whose cells keep their order: what moves as a whole when axes are
 * exchanged, split or joined. Axes of two tensors that hold the same factor object run together.
 */
export interface Factor {
  readonly length: number;
  /** Whether there are `length` cells for every input of a run. */
  readonly perInput: boolean;
  /** Whether a chunk has other cells than the one before: one for each of its variants. */
  readonly perVariant: boolean;
}

export type Factors = readonly Factor[];

/**
 * How a tensor's cells lie in memory: the factors of each axis, slowest first, and those of each dimension that the library
 * sees. A tensor `[batch, height, width, channels]` that is kept as `[batch, channels, height, width]` has the axes (b)(h)(w)(c)
 * and the dimensions (b)(c)(h)(w). An axis of length 1 has no factors.
 *
 * So exchanging axes moves nothing, and neither does most reshaping: only an operation that needs a certain order makes it.
 */
export interface Layout {
  readonly axes: readonly Factors[];
  readonly dims: readonly Factors[];
}

/** What each factor of a list is replaced by, one after the other: a part may be split again. */
type Splits = [Factor, Factors][];

/** An axis as a single factor; none where it has a single cell. @param variants in a chunk: with them known, a length counts nothing but inputs */
export function factorsOf(length: Length, variants: number): Factors {
  return isSameLength(length, 1) ? [] : [factorOf(length, variants)];
}

/** The length of several factors together. */
export function lengthOf(factors: Factors): Length {
  const times = factors.reduce((product, { length }) => product * length, 1);
  return factors.some(({ perInput }) => perInput) ? { times, per: 'input' } : times;
}

/** The layout of a tensor that is stored as its axes say. */
export function plainLayout(shape: ProgramShape, variants: number): Layout {
  const axes = shape.map((length) => factorsOf(length, variants));
  return { axes, dims: axes };
}

/** The same layout with factors that no other tensor has. */
export function withOwnFactors({ axes, dims }: Layout): Layout {
  const own = new Map(dims.flat().map((factor) => [factor, { ...factor }]));
  const copy = (factors: Factors): Factors => factors.map((factor) => own.get(factor) ?? factor);
  return { axes: axes.map(copy), dims: dims.map(copy) };
}

/** Output axis i is input axis `from[i]`. */
export function permuted({ axes, dims }: Layout, from: readonly number[]): Layout {
  return { axes: from.map((axis) => axes[axis] ?? []), dims };
}

/** The layout of the same cells under another shape; null where that needs them in another order. */
export function reshaped({ axes, dims }: Layout, shape: ProgramShape, variants: number): Layout | null {
  const left = axes.flat();
  const splits: Splits = [];
  const found = shape.map((length) => takeAxis(left, factorOf(length, variants), splits));
  if (left.some((factor) => factor.length !== 1 || factor.perInput)) return null;
  const taken = found.flatMap((axis) => (axis === null ? [] : [axis]));
  if (taken.length < shape.length) return null;
  const last = taken.pop();
  if (last) taken.push([...last, ...left]);
  return { axes: taken.map((axis) => split(axis, splits)), dims: splitEach(dims, splits) };
}

/** Takes factors off the front of a list until they have the length; null where none have. */
function takeAxis(left: Factor[], length: Factor, splits: Splits): Factor[] | null {
  const axis: Factor[] = [];
  let wanted = length;
  while (!isOne(wanted)) {
    const next = left.shift();
    if (!next) return null;
    if (divides(next, wanted)) {
      axis.push(next);
      wanted = quotient(wanted, next);
    } else if (divides(wanted, next)) {
      const first = { ...wanted, perVariant: next.perVariant && wanted.perVariant };
      const rest = quotient(next, wanted);
      splits.push([next, [first, rest]]);
      axis.push(first);
      left.unshift(rest);
      break;
    } else return null;
  }
  return axis;
}

/**
 * The layouts of two tensors whose axes are of one length or one of them has length 1, with factors that are the same wherever
 * both have some; null where the axes are divided in ways that do not meet.
 */
export function aligned(a: Layout, b: Layout): [Layout, Layout] | null {
  const rank = Math.max(a.axes.length, b.axes.length);
  let [left, right] = [withRank(a, rank), withRank(b, rank)];
  for (let axis = 0; axis < rank; axis++) {
    const [own, other] = [left.axes[axis] ?? [], right.axes[axis] ?? []];
    if (own.length === 0 || other.length === 0) continue;
    const splits = refined(own, other);
    if (!splits) return null;
    left = splitLayout(left, splits[0]);
    right = splitLayout(right, splits[1]);
  }
  return [left, right];
}

/** Splits two lists of factors until they are the same one by one; null where that cannot be. */
export function refined(a: Factors, b: Factors): [Splits, Splits] | null {
  const [leftA, leftB] = [[...a], [...b]];
  const [splitsA, splitsB]: [Splits, Splits] = [[], []];
  for (;;) {
    const [x, y] = [leftA.shift(), leftB.shift()];
    if (!x && !y) return [splitsA, splitsB];
    if (!x || !y) return null;
    if (x.length === y.length && x.perInput === y.perInput) {
      // From here on both are one factor.
      if (x !== y) splitsB.push([y, [x]]);
    } else if (divides(x, y)) {
      const rest = quotient(y, x);
      splitsB.push([y, [x, rest]]);
      leftB.unshift(rest);
    } else if (divides(y, x)) {
      const rest = quotient(x, y);
      splitsA.push([x, [y, rest]]);
      leftA.unshift(rest);
    } else return null;
  }
}

export function splitLayout({ axes, dims }: Layout, splits: Splits): Layout {
  return { axes: splitEach(axes, splits), dims: splitEach(dims, splits) };
}

/** With axes of length 1 in front. */
export function withRank({ axes, dims }: Layout, rank: number): Layout {
  return { axes: [...Array.from({ length: rank - axes.length }, () => []), ...axes], dims };
}

/** Whether a list has these factors one after the other, without others in between. */
export function isRun(part: Factors, order: Factors): boolean {
  const [first] = part;
  if (first === undefined) return true;
  const start = order.indexOf(first);
  return start >= 0 && part.every((factor, i) => order[start + i] === factor);
}

export function isSameOrder(a: Factors, b: Factors): boolean {
  return a.length === b.length && a.every((factor, i) => factor === b[i]);
}

export function isSameDims(a: readonly Factors[], b: readonly Factors[]): boolean {
  return a.length === b.length && a.every((group, i) => isSameOrder(group, b[i] ?? []));
}

/**
 * The axes in the order in which they are stored, where none lies in pieces; otherwise in their own order. One of length 1 lies
 * behind the axis before it.
 */
export function storedAxes({ axes, dims }: Layout): number[] {
  const order = dims.flat();
  const own = axes.map((_, axis) => axis);
  if (!axes.every((factors) => isRun(factors, order))) return own;
  let place = -1;
  const places = axes.map(([first]) => {
    if (first !== undefined) place = order.indexOf(first);
    return place;
  });
  return own.toSorted((a, b) => (places[a] ?? 0) - (places[b] ?? 0) || a - b);
}

function split(factors: Factors, splits: Splits): Factors {
  return splits.reduce<Factors>(
    (list, [whole, parts]) =>
      list.includes(whole) ? list.flatMap((factor) => (factor === whole ? parts : [factor])) : list,
    factors,
  );
}

function splitEach(lists: readonly Factors[], splits: Splits): readonly Factors[] {
  return splits.length === 0 ? lists : lists.map((factors) => split(factors, splits));
}

function factorOf(length: Length, variants: number): Factor {
  if (typeof length === 'number') return { length, perInput: false, perVariant: false };
  const { times, per } = length;
  return {
    length: per === 'input' ? times : times * variants,
    perInput: per !== 'variant',
    perVariant: per !== 'input',
  };
}

function isOne({ length, perInput, perVariant }: Factor): boolean {
  return length === 1 && !perInput && !perVariant;
}

function divides(part: Factor, whole: Factor): boolean {
  return whole.length % part.length === 0 && (whole.perInput || !part.perInput);
}

/** What is left of a factor when another is taken off its slow end. */
function quotient(whole: Factor, part: Factor): Factor {
  return {
    length: whole.length / part.length,
    perInput: whole.perInput && !part.perInput,
    perVariant: whole.perVariant && !part.perVariant,
  };
}
