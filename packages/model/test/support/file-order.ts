import { readStrided, stridesOf } from '../../src/nodes/constant-tensor.ts';
import type { AxisLayout } from '../../src/nodes/layout.ts';

/** Values of an input in the file's order, in the order of its axes in the graph. */
export function toOrder(
  values: ArrayLike<number>,
  dims: readonly number[],
  order: readonly number[],
): Float64Array {
  return readStrided(
    Float64Array.from(values),
    order.map((axis) => dims[axis] ?? 1),
    order.map((axis) => stridesOf(dims)[axis] ?? 0),
  );
}

/** Values as they lie in memory in the order of the file. */
export function inFileOrder(values: Float64Array, { factors, memory }: AxisLayout): Float64Array {
  const strides = stridesOf(memory.map((factor) => factors[factor] ?? 1));
  return readStrided(
    values,
    factors,
    factors.map((_, factor) => strides[memory.indexOf(factor)] ?? 0),
  );
}
