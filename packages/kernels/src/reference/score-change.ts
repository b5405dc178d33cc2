import type { Score } from '../ablation/contract.ts';
import type { ScoreFunction } from '../tail/tail.ts';
import { sigmoid } from './activation-functions.ts';

/** Scores of all classes before and after ablations. */
export interface ScoreChange {
  /** y, `[classes]` */
  readonly scores: Float64Array;
  /** y_k, `[variants, classes]` */
  readonly ablatedScores: Float64Array;
  /** y - y_k, `[variants, classes]`, without the cancellation of that subtraction */
  readonly drops: Float64Array;
}

/** What the changes of one input's scores have in common. */
export interface BaseScores {
  readonly kind: 'logit' | 'sigmoid' | 'softmax';
  readonly logits: Float64Array;
  /** The predicted class, m. */
  readonly predicted: number;
  /** y, `[classes]` */
  readonly scores: Float64Array;
  /** Of a softmax, exp(z_c - z_m), `[classes]`; otherwise empty. */
  readonly exponentials: Float64Array;
}

/** Returns the scores of logits, and what `scoreChange` needs of them. */
export function baseScores(
  logits: ArrayLike<number>,
  score: Score,
  scoreFunction: ScoreFunction,
): BaseScores {
  const z = new Float64Array(logits);
  const predicted = largest(z);
  const none = new Float64Array();
  if (score === 'logit' || scoreFunction === 'linear') {
    return { kind: 'logit', logits: z, predicted, scores: z, exponentials: none };
  }
  if (scoreFunction === 'sigmoid') {
    return { kind: 'sigmoid', logits: z, predicted, scores: z.map(sigmoid), exponentials: none };
  }
  const exponentials = z.map((value) => Math.exp(value - z[predicted]!));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return { kind: 'softmax', logits: z, predicted, scores: exponentials.map((e) => e / sum), exponentials };
}

/**
 * Returns how the scores change when logits fall.
 *
 * @param logitDrops of one or several variants, `[variants, classes]`
 */
export function scoreChange(base: BaseScores, logitDrops: ArrayLike<number>): ScoreChange {
  switch (base.kind) {
    case 'logit': {
      const { logits } = base;
      const drops = new Float64Array(logitDrops);
      return { scores: logits, ablatedScores: drops.map((d, i) => logits[i % logits.length]! - d), drops };
    }
    case 'sigmoid':
      return sigmoidChange(base, new Float64Array(logitDrops));
    case 'softmax':
      return softmaxChange(base, logitDrops);
  }
}

function sigmoidChange({ logits, scores }: BaseScores, logitDrops: Float64Array): ScoreChange {
  const classes = logits.length;
  return {
    scores,
    ablatedScores: logitDrops.map((d, i) => sigmoid(logits[i % classes]! - d)),
    drops: logitDrops.map((d, i) => {
      const p = scores[i % classes]!;
      const q = sigmoid(-logits[i % classes]!);
      // p - p' = p q (e^d - 1) / (p + q e^d), written so that the exponential never overflows.
      return d > 0
        ? (-p * q * Math.expm1(-d)) / (p * Math.exp(-d) + q)
        : (p * q * Math.expm1(d)) / (p + q * Math.exp(d));
    }),
  };
}

/**
 * For a softmax with predicted class m, let w_j = (z_j - d_j) - (z_m - d_m), e_j = exp(z_j - z_m) and
 * t_j = exp(w_j) - e_j. Then y_c - y_kc = (y_c sum_j t_j - t_c) / sum_j exp(w_j), and t_m = 0: the term that would
 * cancel where the prediction is confident is never formed. Both sums are scaled by exp(-max w).
 */
function softmaxChange(
  { logits, predicted, scores, exponentials }: BaseScores,
  logitDrops: ArrayLike<number>,
): ScoreChange {
  const classes = logits.length;
  const z = logits[predicted]!;
  const ablatedScores = new Float64Array(logitDrops.length);
  const drops = new Float64Array(logitDrops.length);
  for (let row = 0; row < logitDrops.length; row += classes) {
    const d = logitDrops[row + predicted]!;
    let shift = 0;
    for (let c = 0; c < classes; c++) shift = Math.max(shift, logits[c]! - z + (d - logitDrops[row + c]!));
    const scale = shift === 0 ? 1 : Math.exp(-shift);
    // First the exponentials and the terms, then what is made of them and their sums.
    let ablatedSum = 0;
    let termSum = 0;
    for (let c = 0; c < classes; c++) {
      const v = d - logitDrops[row + c]!;
      const before = exponentials[c]! * scale;
      const isSmall = Math.abs(v) < 1;
      const ablated = isSmall ? 0 : Math.exp(logits[c]! - z + v - shift);
      const term = isSmall ? before * Math.expm1(v) : ablated - before;
      ablatedScores[row + c] = before + term;
      drops[row + c] = term;
      ablatedSum += before + term;
      termSum += term;
    }
    for (let c = 0; c < classes; c++) {
      ablatedScores[row + c]! /= ablatedSum;
      drops[row + c] = (scores[c]! * termSum - drops[row + c]!) / ablatedSum;
    }
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
