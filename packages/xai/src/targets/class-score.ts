import type { Score, ScoreFunction } from '@ablation-cam/kernels';

/**
 * Returns y = sum_i a_i score_i of one input, in float64.
 *
 * @param logits `[classes]`
 * @param coefficients a, `[classes]`
 */
export function classScore(
  logits: ArrayLike<number>,
  coefficients: Float64Array,
  score: Score,
  scoreFunction: ScoreFunction,
): number {
  const scores = score === 'logit' ? logits : classScores(logits, scoreFunction);
  return coefficients.reduce((sum, a, c) => (a === 0 ? sum : sum + a * (scores[c] ?? 0)), 0);
}

/**
 * Returns dy/dz, the derivative of y = sum_i a_i score_i by each logit, `[classes]`, in float64.
 *
 * For a softmax it is p_c sum_i p_i (a_c - a_i): for a single class p_c times the sum of the other probabilities. The
 * textbook form p_c (a_c - sum_i a_i p_i) is the same, but where p_c is nearly 1 nothing is left of it after rounding.
 */
export function classScoreGradient(
  logits: ArrayLike<number>,
  coefficients: Float64Array,
  score: Score,
  scoreFunction: ScoreFunction,
): Float64Array {
  if (score === 'logit' || scoreFunction === 'linear') return coefficients.slice();
  const p = classScores(logits, scoreFunction);
  if (scoreFunction === 'sigmoid') {
    return coefficients.map((a, c) => a * (p[c] ?? 0) * sigmoid(-(logits[c] ?? 0)));
  }
  return coefficients.map((a, c) => {
    let sum = 0;
    for (let i = 0; i < p.length; i++) sum += (p[i] ?? 0) * (a - (coefficients[i] ?? 0));
    return (p[c] ?? 0) * sum;
  });
}

/** Returns the score of each class in float64: probabilities, or the logits where the network stops at them. */
export function classScores(logits: ArrayLike<number>, scoreFunction: ScoreFunction): Float64Array {
  const z = Float64Array.from(logits);
  if (scoreFunction === 'linear') return z;
  if (scoreFunction === 'sigmoid') return z.map(sigmoid);
  const largest = z.reduce((max, value) => Math.max(max, value), -Infinity);
  const exponentials = z.map((value) => Math.exp(value - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}
