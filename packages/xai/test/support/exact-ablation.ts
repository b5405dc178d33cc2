import { type ScoreFunction, type Tail } from '@ablation-cam/kernels';
import { evaluateTail } from '@ablation-cam/kernels/lowering';

/** What the definition says, in float64: the tail evaluated once for every channel that is masked. */
export interface ExactAblation {
  /** `[classes]` */
  readonly logits: Float64Array;
  /** `[classes]` */
  readonly scores: Float64Array;
  /** (y - y_k) / |y| of the scores, `[classes, channels]` */
  readonly weights: Float64Array;
  /** z - z_k of the logits, `[classes, channels]` */
  readonly logitDrops: Float64Array;
}

/**
 * Knows nothing of plans: every variant is a whole evaluation of the tail from the definitions of its operations.
 *
 * @param given values of the target and of the constants, for one input
 * @param off the value of each channel that is off
 */
export function exactAblation(
  tail: Tail,
  given: ReadonlyMap<number, Float32Array>,
  off: ArrayLike<number>,
): ExactAblation {
  const values = new Map([...given].map(([node, data]) => [node, Float64Array.from(data)] as const));
  const activation = values.get(tail.target) ?? new Float64Array();
  return ablationByLoop(
    tail.scoreFunction,
    activation,
    off,
    (masked) =>
      evaluateTail(tail, new Map(values).set(tail.target, masked))[tail.output] ?? new Float64Array(),
  );
}

/** The same by the logits of whatever computes them for an activation, channel by channel. */
export function ablationByLoop(
  scoreFunction: ScoreFunction,
  activation: Float64Array<ArrayBuffer>,
  off: ArrayLike<number>,
  logitsOf: (activation: Float64Array<ArrayBuffer>) => Float64Array,
): ExactAblation {
  const channels = off.length;
  const logits = logitsOf(activation);
  const scores = scoresOf(scoreFunction, logits);
  const weights = new Float64Array(channels * logits.length);
  const logitDrops = new Float64Array(channels * logits.length);
  for (let k = 0; k < channels; k++) {
    const masked = activation.map((on, i) => (i % channels === k ? (off[k] ?? 0) : on));
    const ablated = logitsOf(masked);
    const ablatedScores = scoresOf(scoreFunction, ablated);
    logits.forEach((z, c) => {
      const [y, without] = [scores[c] ?? 0, ablatedScores[c] ?? 0];
      weights[c * channels + k] = y === 0 ? 0 : (y - without) / Math.abs(y);
      logitDrops[c * channels + k] = z - (ablated[c] ?? 0);
    });
  }
  return { logits, scores, weights, logitDrops };
}

function scoresOf(scoreFunction: ScoreFunction, logits: Float64Array): Float64Array {
  if (scoreFunction === 'linear') return logits;
  if (scoreFunction === 'sigmoid') return logits.map((z) => 1 / (1 + Math.exp(-z)));
  const largest = logits.reduce((most, z) => Math.max(most, z), -Infinity);
  const exponentials = logits.map((z) => Math.exp(z - largest));
  const sum = exponentials.reduce((total, e) => total + e, 0);
  return exponentials.map((e) => e / sum);
}
