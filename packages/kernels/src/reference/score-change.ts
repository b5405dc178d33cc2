import type { Score } from '../ablation/contract.ts';
import type { ScoreFunction } from '../tail/tail.ts';
import { sigmoid } from './activation-functions.ts';

/** Scores of all classes before and after an ablation. */
export interface ScoreChange {
  /** y, `[classes]` */
  readonly scores: Float64Array;
  /** y_k, `[classes]` */
  readonly ablatedScores: Float64Array;
  /** y - y_k, `[classes]`, without the cancellation of that subtraction */
  readonly drops: Float64Array;
}

/**
 * Returns how the scores change when logit c falls by `logitDrops[c]`.
 *
 * For a softmax with predicted class m, let w_j = (z_j - d_j) - (z_m - d_m), e_j = exp(z_j - z_m) and
 * t_j = exp(w_j) - e_j. Then y_c - y_kc = (y_c sum_j t_j - t_c) / sum_j exp(w_j), and t_m = 0: the term that would
 * cancel where the prediction is confident is never formed. Both sums are scaled by exp(-max w).
 */
export function scoreChange(
  logits: ArrayLike<number>,
  logitDrops: ArrayLike<number>,
  score: Score,
  scoreFunction: ScoreFunction,
): ScoreChange {
  const classes = logits.length;
  const scores = new Float64Array(classes);
  const ablatedScores = new Float64Array(classes);
  const drops = new Float64Array(classes);
  const z = (c: number): number => logits[c] ?? 0;
  const d = (c: number): number => logitDrops[c] ?? 0;

  if (score === 'logit' || scoreFunction === 'linear') {
    for (let c = 0; c < classes; c++) {
      scores[c] = z(c);
      ablatedScores[c] = z(c) - d(c);
      drops[c] = d(c);
    }
    return { scores, ablatedScores, drops };
  }

  if (scoreFunction === 'sigmoid') {
    for (let c = 0; c < classes; c++) {
      const p = sigmoid(z(c));
      const q = sigmoid(-z(c));
      scores[c] = p;
      ablatedScores[c] = sigmoid(z(c) - d(c));
      // p - p' = p q (e^d - 1) / (p + q e^d), written so that the exponential never overflows.
      drops[c] =
        d(c) > 0
          ? (-p * q * Math.expm1(-d(c))) / (p * Math.exp(-d(c)) + q)
          : (p * q * Math.expm1(d(c))) / (p + q * Math.exp(d(c)));
    }
    return { scores, ablatedScores, drops };
  }

  const m = largest(logits);
  const w = (c: number): number => z(c) - z(m) - (d(c) - d(m));
  let shift = 0;
  let sum = 0;
  for (let c = 0; c < classes; c++) {
    shift = Math.max(shift, w(c));
    sum += Math.exp(z(c) - z(m));
  }
  const term = (c: number): number => {
    const v = d(m) - d(c);
    return Math.abs(v) < 1
      ? Math.exp(z(c) - z(m) - shift) * Math.expm1(v)
      : Math.exp(w(c) - shift) - Math.exp(z(c) - z(m) - shift);
  };
  let ablatedSum = 0;
  let termSum = 0;
  for (let c = 0; c < classes; c++) {
    ablatedSum += Math.exp(w(c) - shift);
    termSum += term(c);
  }
  for (let c = 0; c < classes; c++) {
    const p = Math.exp(z(c) - z(m)) / sum;
    scores[c] = p;
    ablatedScores[c] = Math.exp(w(c) - shift) / ablatedSum;
    drops[c] = (p * termSum - term(c)) / ablatedSum;
  }
  return { scores, ablatedScores, drops };
}

/** Returns the index of the largest value, the first one among equals. */
export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) {
    if ((values[index] ?? -Infinity) > (values[best] ?? -Infinity)) best = index;
  }
  return best;
}
