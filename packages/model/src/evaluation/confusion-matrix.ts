import { ModelError } from '../errors.ts';

/** `matrix[t][p]`: how many samples of class t were taken for class p. Square, one row a class. */
export type ConfusionMatrix = readonly (readonly number[])[];

/** What a normalised matrix sums to one over: the true class (rows), the predicted class (columns), or everything. */
export type ConfusionNormalisation = 'true' | 'predicted' | 'all';

/**
 * Counts which class was taken for which.
 *
 * @param labels true class indices, one a sample
 * @param predictions predicted class indices, one a sample
 * @returns counts `[classCount][classCount]`, true class first; classes without samples keep a row of zeros
 * @throws ModelError `invalid-data` when the lengths differ or an index is not a class
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classCount: number,
): number[][] {
  if (labels.length !== predictions.length) {
    throw new ModelError(
      'invalid-data',
      `Expected one prediction a label, got ${predictions.length} predictions for ${labels.length} labels.`,
    );
  }
  const matrix = Array.from({ length: classCount }, () => new Array<number>(classCount).fill(0));
  for (let sample = 0; sample < labels.length; sample++) {
    const label = labels[sample]!;
    const row = matrix[label];
    const prediction = predictions[sample]!;
    const count = row?.[prediction];
    if (row === undefined || count === undefined) {
      throw new ModelError(
        'invalid-data',
        `Sample ${sample} has label ${label} and prediction ${prediction}; both must be whole numbers ` +
          `from 0 to ${classCount - 1}. Check that labels and model have the same classes.`,
      );
    }
    row[prediction] = count + 1;
  }
  return matrix;
}

/**
 * The matrix as shares. A row (or column) without samples stays zero.
 *
 * @param over `'true'` (default): each row sums to one, so that the diagonal is the class-wise accuracy
 * @returns shares in [0, 1], same layout as `matrix`
 */
export function normaliseConfusion(
  matrix: ConfusionMatrix,
  over: ConfusionNormalisation = 'true',
): number[][] {
  const rows = rowSums(matrix);
  const columns = columnSums(matrix);
  const all = rows.reduce((sum, count) => sum + count, 0);
  return matrix.map((row, t) =>
    row.map((count, p) => {
      const total = over === 'true' ? rows[t]! : over === 'predicted' ? columns[p]! : all;
      return total === 0 ? 0 : count / total;
    }),
  );
}

/** Samples of each true class. */
export function rowSums(matrix: ConfusionMatrix): number[] {
  return matrix.map((row) => row.reduce((sum, count) => sum + count, 0));
}

/** Predictions of each class. */
export function columnSums(matrix: ConfusionMatrix): number[] {
  return matrix.map((_, p) => matrix.reduce((sum, row) => sum + row[p]!, 0));
}
