import type { ScoreFunction } from '@ablation-cam/kernels';

/** Returns the probability of each class, computed in float64, or null where the network stops at its logits. */
export function probabilitiesOf(logits: Float32Array, scoreFunction: ScoreFunction): Float32Array | null {
  if (scoreFunction === 'linear') return null;
  if (scoreFunction === 'sigmoid') return logits.map((z) => 1 / (1 + Math.exp(-z)));
  const largest = logits.reduce((max, z) => Math.max(max, z), -Infinity);
  const exponentials = Float64Array.from(logits, (z) => Math.exp(z - largest));
  const sum = exponentials.reduce((total, e) => total + e, 0);
  return Float32Array.from(exponentials, (e) => e / sum);
}
