/** A vector that turns by less than this in one step has arrived, up to float64's rounding. */
const SMALLEST_TURN = 1e-14;
const MOST_STEPS = 5000;

/**
 * Returns the right singular vector of the largest singular value of `matrix`, `[columns]`, of norm 1; zeros for a matrix
 * of zeros. Its sign is arbitrary.
 *
 * Power iteration with the product of the matrix and its transpose, in float64. It starts from the norms of the columns,
 * made a little uneven so that the vector sought is not orthogonal to the start where columns cancel each other.
 *
 * @param matrix `[rows, columns]`
 */
export function firstRightSingularVector(matrix: Float32Array, columns: number): Float64Array {
  const rows = matrix.length / columns;
  const gram = new Float64Array(columns * columns);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < columns; i++) {
      const a = matrix[r * columns + i]!;
      if (a === 0) continue;
      for (let j = i; j < columns; j++) gram[i * columns + j]! += a * matrix[r * columns + j]!;
    }
  }
  let vector = normalized(
    Float64Array.from(
      { length: columns },
      (_, i) => Math.sqrt(gram[i * columns + i]!) * (1 + 0.01 * Math.sin(i + 1)),
    ),
  );
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = normalized(timesSymmetric(gram, vector));
    const turn = next.reduce((sum, value, i) => sum + (value - vector[i]!) ** 2, 0);
    vector = next;
    if (turn < SMALLEST_TURN ** 2) break;
  }
  return vector;
}

/** The product with a symmetric matrix of which only the upper triangle is filled in. */
function timesSymmetric(upper: Float64Array, vector: Float64Array): Float64Array {
  const size = vector.length;
  const product = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      const value = upper[i * size + j]!;
      product[i]! += value * vector[j]!;
      if (j > i) product[j]! += value * vector[i]!;
    }
  }
  return product;
}

function normalized(vector: Float64Array): Float64Array {
  const norm = Math.hypot(...vector);
  return norm === 0 ? vector : vector.map((value) => value / norm);
}
