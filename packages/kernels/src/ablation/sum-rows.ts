import { addScaled } from './add-scaled.ts';

/**
 * y = sum_j factors[j] * x[rowOf(j)], of which rows with a factor of 0 are not read.
 *
 * @param x `[rows, y.length]`
 * @param rowOf the row of factor j
 */
export function sumRows(
  y: Float64Array,
  factors: ArrayLike<number>,
  x: Float32Array | Float64Array,
  rowOf: (j: number) => number,
): void {
  const length = y.length;
  let isFirst = true;
  for (let j = 0; j < factors.length; j++) {
    const factor = factors[j]!;
    if (factor === 0) continue;
    if (isFirst) setScaled(y, factor, x, rowOf(j) * length);
    else addScaled(y, 0, factor, x, rowOf(j) * length, length);
    isFirst = false;
  }
  if (isFirst) y.fill(0);
}

/** y[i] = factor * x[at + i]: a pass less than zeros and `addScaled`. */
function setScaled(y: Float64Array, factor: number, x: Float32Array | Float64Array, at: number): void {
  const length = y.length;
  for (let i = 0; i < length; i++) y[i] = factor * x[at + i]!;
}
