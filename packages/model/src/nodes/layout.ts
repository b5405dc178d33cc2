/**
 * How a tensor of a file lies in memory here. Its axes are made of factors, and the factors lie in any order: so a
 * transposition, or a flattening of `[1, C, H, W]` whose channels lie last, moves nothing but what is said of the numbers.
 */
export interface AxisLayout {
  /** Lengths, none of them 1, in the order of the file's row-major index. */
  readonly factors: readonly number[];
  /** How many of the factors each axis in the file, the batch included, consists of; an axis of length 1 has none. */
  readonly axes: readonly number[];
  /** Indices of the factors in the order of memory, the outermost first. */
  readonly memory: readonly number[];
}

/** Where a file has the axis of channels: behind the batch, or at the end. */
export type ChannelPlace = 'first' | 'last';

/** Dimensions as the file has them, with the batch, whose length is 1. */
export type Dims = readonly number[];

/** The layout of whole axes in the order given, or in their own. Axes that are left out have the length 1. */
export function layoutOf(dims: Dims, order: readonly number[] = dims.map((_, axis) => axis)): AxisLayout {
  const axes = dims.map((length) => (length === 1 ? 0 : 1));
  const layout = { factors: dims.filter((length) => length !== 1), axes };
  return { ...layout, memory: order.flatMap((axis) => factorsOf(layout, axis)) };
}

export function dimsOf(layout: Omit<AxisLayout, 'memory'>): number[] {
  return layout.axes.map((_, axis) => sizeOfFactors(layout, factorsOf(layout, axis)));
}

/** Indices of the factors of an axis, in the order of its index. */
export function factorsOf({ axes }: Pick<AxisLayout, 'axes'>, axis: number): number[] {
  const first = axes.slice(0, axis).reduce((sum, count) => sum + count, 0);
  return Array.from({ length: axes[axis] ?? 0 }, (_, i) => first + i);
}

/** The axis in the file that each factor belongs to. */
export function axisOfFactors({ axes }: Pick<AxisLayout, 'axes'>): number[] {
  return axes.flatMap((count, axis) => new Array<number>(count).fill(axis));
}

export function sizeOfFactors({ factors }: Pick<AxisLayout, 'factors'>, indices: readonly number[]): number {
  return indices.reduce((size, index) => size * (factors[index] ?? 1), 1);
}

/** A transposition: new axis i is the old axis `perm[i]`. Memory stays as it is. */
export function transposed(layout: AxisLayout, perm: readonly number[]): AxisLayout {
  const old = perm.flatMap((axis) => factorsOf(layout, axis));
  return {
    factors: old.map((index) => layout.factors[index] ?? 1),
    axes: perm.map((axis) => layout.axes[axis] ?? 0),
    memory: layout.memory.map((index) => old.indexOf(index)),
  };
}

/**
 * The layout after a reshape, whose row-major index stays: axes are cut and joined at the ends of factors, and factors are
 * cut in two where that divides them. Returns null where it does not; then the numbers have to be put in the file's order first.
 */
export function reshaped(layout: AxisLayout, dims: Dims): AxisLayout | null {
  const factors: number[] = [];
  const parts: number[][] = layout.factors.map(() => []);
  const axes: number[] = [];
  let [factor, rest] = [0, layout.factors[0] ?? 1];
  for (const length of dims) {
    let [wanted, count] = [length, 0];
    while (wanted > 1) {
      const whole = Math.max(wanted, rest) % Math.min(wanted, rest) === 0;
      if (!whole) return null;
      const taken = Math.min(wanted, rest);
      parts[factor]?.push(factors.push(taken) - 1);
      count += 1;
      wanted /= taken;
      rest /= taken;
      if (rest === 1) {
        factor += 1;
        rest = layout.factors[factor] ?? 1;
        if (wanted > 1 && factor >= layout.factors.length) return null;
      }
    }
    axes.push(count);
  }
  return { factors, axes, memory: layout.memory.flatMap((index) => parts[index] ?? []) };
}

/**
 * The order in which whole axes lie in memory, those of length 1 where they would be expected; the batch is left out. Returns
 * null where an axis does not lie in one piece and in its order.
 */
export function axisOrder(layout: AxisLayout, channels: ChannelPlace): number[] | null {
  const owners = axisOfFactors(layout);
  const found = [...new Set(layout.memory.map((index) => owners[index] ?? 0))];
  if (
    !isSame(
      found.flatMap((axis) => factorsOf(layout, axis)),
      layout.memory,
    )
  )
    return null;
  const rest = layout.axes.map((_, axis) => axis).slice(1);
  if (found.includes(0)) return [...rest.filter((axis) => !found.includes(axis)), ...found];
  // Axes of length 1 lie anywhere. Where the file has channels first: last, or as there, the longer one of both last axes at the end.
  const moved = channelsLast(layout.axes.length);
  const fitting = (channels === 'first' ? [moved, rest] : [rest, moved]).filter((order) =>
    isSame(
      order.filter((axis) => found.includes(axis)),
      found,
    ),
  );
  const longest = fitting.find((order) => found.includes(order.at(-1) ?? 0));
  const best = (channels === 'first' ? longest : undefined) ?? fitting[0];
  return best ?? [...rest.filter((axis) => !found.includes(axis)), ...found];
}

/** The order of a tensor's axes to which others are brought: its own, or that of the file. */
export function preferredOrder(layout: AxisLayout, channels: ChannelPlace): readonly number[] {
  const [batch, ...rest] = layout.axes.map((_, axis) => axis);
  return axisOrder(layout, channels) ?? (layout.axes[0] === 0 ? rest : [batch ?? 0, ...rest]);
}

/** The layout of what is left where an axis gets the length 1. */
export function withoutAxis(layout: AxisLayout, axis: number): AxisLayout {
  const gone = factorsOf(layout, axis);
  const kept = layout.factors.map((_, factor) => factor).filter((factor) => !gone.includes(factor));
  return {
    factors: kept.map((factor) => layout.factors[factor] ?? 1),
    axes: layout.axes.with(axis, 0),
    memory: layout.memory.flatMap((factor) => (gone.includes(factor) ? [] : [kept.indexOf(factor)])),
  };
}

/** The axes of a tensor of channels first, without the batch, in the order of channels last. */
export function channelsLast(rank: number): number[] {
  return rank < 3 ? Array.from({ length: rank - 1 }, (_, i) => i + 1) : [...positionAxes(rank), 1];
}

/** Axes of positions of a tensor `[batch, channels, ...positions]`. */
export function positionAxes(rank: number): number[] {
  return Array.from({ length: rank - 2 }, (_, i) => i + 2);
}

export function isSameLayout(a: AxisLayout, b: AxisLayout): boolean {
  return isSame(a.factors, b.factors) && isSame(a.axes, b.axes) && isSame(a.memory, b.memory);
}

export function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

export function product(lengths: readonly number[]): number {
  return lengths.reduce((size, length) => size * length, 1);
}
