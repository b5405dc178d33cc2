/** Weights of a step: an array of the tail, or a product of arrays that is worked out once, when a plan is prepared. */
export type Weights = GivenWeights | WeightProduct;

export interface GivenWeights {
  readonly kind: 'given';
  readonly values: Float32Array;
}

/** Row-major `[rows, columns]`: left `[rows, inner]` times diag(scale) times right `[inner, columns]`. */
export interface WeightProduct {
  readonly kind: 'product';
  readonly left: Weights;
  readonly scale: Float32Array | null;
  readonly right: Float32Array;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** Returns the values, summed in float64; an array of the tail is returned as it is, so nobody may write to it. */
export function weightValues(weights: Weights): Float32Array {
  if (weights.kind === 'given') return weights.values;
  const { left, scale, right, rows, inner, columns } = weights;
  const leftValues = weightValues(left);
  const values = new Float32Array(rows * columns);
  const row = new Float64Array(columns);
  for (let r = 0; r < rows; r++) {
    row.fill(0);
    for (let i = 0; i < inner; i++) {
      const factor = (leftValues[r * inner + i] ?? 0) * (scale?.[i] ?? 1);
      if (factor === 0) continue;
      for (let c = 0; c < columns; c++) row[c] = (row[c] ?? 0) + factor * (right[i * columns + c] ?? 0);
    }
    values.set(row, r * columns);
  }
  return values;
}

/** Multiply-adds of working the values out. */
export function weightOperations(weights: Weights): number {
  if (weights.kind === 'given') return 0;
  return weightOperations(weights.left) + weights.rows * weights.inner * weights.columns;
}
