import type { ExplanationResult } from '../explanation/explanation.ts';

/**
 * Returns the largest difference between the channel weights of two results of the same explanations, as a fraction of the largest
 * absolute weight of the second; NaN where a weight has no counterpart.
 */
export function weightDifference(
  { explanations }: Pick<ExplanationResult, 'explanations'>,
  reference: Pick<ExplanationResult, 'explanations'>,
): number {
  let [largest, difference] = [0, 0];
  explanations.forEach(({ weights }, index) => {
    const expected = reference.explanations[index]?.weights;
    weights?.forEach((weight, k) => {
      const other = expected?.[k] ?? NaN;
      largest = Math.max(largest, Math.abs(other));
      difference = Math.max(difference, Math.abs(weight - other));
    });
  });
  return largest === 0 ? difference : difference / largest;
}
