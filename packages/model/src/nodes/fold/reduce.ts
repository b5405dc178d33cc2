import { axisIn } from '../axis.ts';
import { permuteValues, type ConstantTensor } from '../constant-tensor.ts';
import { product } from '../layout.ts';
import type { Folding } from './folding.ts';

/** One number for each two, and the one to begin with. */
export interface Reducing {
  readonly combine: (a: number, b: number) => number;
  readonly first: number;
}

export const REDUCING = {
  max: { combine: Math.max, first: -Infinity },
  min: { combine: Math.min, first: Infinity },
  product: { combine: (a, b) => a * b, first: 1 },
  sum: { combine: (a, b) => a + b, first: 0 },
  all: { combine: (a, b) => Number(a !== 0 && b !== 0), first: 1 },
  any: { combine: (a, b) => Number(a !== 0 || b !== 0), first: 0 },
} as const satisfies Readonly<Record<string, Reducing>>;

/** Returns a constant reduced over some axes; over all where none are given. */
export function foldReduction(
  { node }: Folding,
  x: ConstantTensor,
  over: readonly number[] | null,
  keepsDims: boolean,
  { combine, first }: Reducing,
): ConstantTensor {
  const axes = (over ?? x.dims.map((_, axis) => axis)).map((axis) => axisIn(x.dims.length, axis, node.name));
  const others = x.dims.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const inner = product(axes.map((axis) => x.dims[axis] ?? 1));
  const moved = permuteValues(Float64Array.from(x.values), x.dims, [...others, ...axes]);
  const values = Float64Array.from({ length: product(others.map((axis) => x.dims[axis] ?? 1)) }, (_, i) =>
    moved.subarray(i * inner, (i + 1) * inner).reduce((a, b) => combine(a, b), first),
  );
  const dims = x.dims.flatMap((length, axis) => (axes.includes(axis) ? (keepsDims ? [1] : []) : [length]));
  return { ...x, dims, values };
}
