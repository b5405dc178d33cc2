/** Weights of a step: an array of the tail, or a product of arrays that is worked out once, when a plan is prepared. */
export type Weights = GivenWeights | WeightProduct;

/** An array of the tail in float32, or what was worked out from such arrays in float64. */
export type WeightValues = Float32Array | Float64Array;

export interface GivenWeights {
  readonly kind: 'given';
  readonly values: WeightValues;
}

/** Row-major `[rows, columns]`: left `[rows, inner]` times diag(scale) times right `[inner, columns]`. */
export interface WeightProduct {
  readonly kind: 'product';
  readonly left: Weights;
  readonly scale: WeightValues | null;
  readonly right: Float32Array;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** Returns the values; an array of the tail is returned as it is, so nobody may write to it. */
export function weightValues(weights: Weights): WeightValues {
  if (weights.kind === 'given') return weights.values;
  const { left, scale, right, rows, inner, columns } = weights;
  const leftValues = weightValues(left);
  const values = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const row = values.subarray(r * columns, (r + 1) * columns);
    for (let i = 0; i < inner; i++) {
      const factor = leftValues[r * inner + i]! * (scale ? scale[i]! : 1);
      for (let c = 0; c < columns; c++) row[c]! += factor * right[i * columns + c]!;
    }
  }
  return values;
}

/** Multiply-adds of working the values out. */
export function weightOperations(weights: Weights): number {
  if (weights.kind === 'given') return 0;
  return weightOperations(weights.left) + weights.rows * weights.inner * weights.columns;
}
