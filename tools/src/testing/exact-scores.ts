/** How a network makes scores of logits. */
export type ExactScoreFunction = 'softmax' | 'sigmoid';

/** What becomes of one class's score when logits fall. */
export interface ExactChange {
  /** y_k */
  readonly ablated: number;
  /** y - y_k */
  readonly drop: number;
  /** (y - y_k) / y; -Infinity beyond the range of float64 */
  readonly relativeDrop: number;
}

/**
 * Returns the change of every class's score, worked out in logarithms: with r = log y_k - log y the relative drop is
 * 1 - exp(r), whether or not y itself is above the smallest number there is. Differences of nearly equal logarithms come
 * from log1p and expm1.
 *
 * @param logits z @param drops how far each falls
 */
export function exactChanges(
  scoreFunction: ExactScoreFunction,
  logits: ArrayLike<number>,
  drops: ArrayLike<number>,
): ExactChange[] {
  const z = Array.from(logits);
  const d = Array.from(drops);
  const changes =
    scoreFunction === 'softmax' ? softmaxLogs(z, d) : z.map((value, c) => sigmoidLogs(value, d[c]!));
  return changes.map(({ logScore, rise }) => ({
    ablated: Math.exp(logScore + rise),
    drop: Math.exp(logScore + Math.max(rise, 0)) * Math.expm1(-Math.abs(rise)) * Math.sign(rise),
    relativeDrop: -Math.expm1(rise),
  }));
}

interface LogChange {
  /** log y */
  readonly logScore: number;
  /** log y_k - log y */
  readonly rise: number;
}

function softmaxLogs(z: readonly number[], d: readonly number[]): LogChange[] {
  const m = z.indexOf(Math.max(...z));
  const logSum = logSumExp(z);
  const gains = d.map((drop) => d[m]! - drop);
  // By how much the logarithm of the sum of exp(z_j - z_m) grows when each is multiplied by exp(gain).
  const relative = gains.reduce((sum, gain, j) => sum + Math.exp(z[j]! - logSum) * Math.expm1(gain), 0);
  const growth =
    relative < 0.5 && relative > -0.5
      ? Math.log1p(relative)
      : logSumExp(z.map((value, j) => value + gains[j]!)) - logSum;
  return z.map((value, c) => ({ logScore: value - logSum, rise: gains[c]! - growth }));
}

/** log sigmoid(z) = -log(1 + exp(-z)). */
function sigmoidLogs(z: number, d: number): LogChange {
  const logScore = -softplus(-z);
  // softplus(-z) - softplus(d - z) is small where both are: log((1 + a) / (1 + b)) = log1p((a - b) / (1 + b)).
  const [a, b] = [Math.exp(-z), Math.exp(d - z)];
  const rise =
    a < 1 && b < 1
      ? Math.log1p((Math.abs(d) < 1 ? -a * Math.expm1(d) : a - b) / (1 + b))
      : softplus(-z) - softplus(d - z);
  return { logScore, rise };
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function logSumExp(values: readonly number[]): number {
  const top = Math.max(...values);
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
}
