import { largest } from '../ablation/class-selection.ts';
import type { Score } from '../ablation/contract.ts';
import type { ScoreFunction } from '../tail/tail.ts';
import { sigmoid } from './activation-functions.ts';
import { SoftmaxChange } from './softmax-change.ts';

/**
 * How the scores of one input change when its logits fall: those of one variant after the other, whose numbers last until the
 * next one is taken. All numbers are float64. For finite logits and falls none is NaN; a relative drop may be -Infinity.
 */
export interface ScoreChange {
  /** Takes a variant. @param drops how far each logit falls, `[classes]`; read until the next variant is taken */
  take(drops: Float64Array): void;
  /** y_k, the score of a class in the variant. */
  ablated(classIndex: number): number;
  /** y - y_k, without the cancellation of that subtraction. */
  drop(classIndex: number): number;
  /** (y - y_k) / |y|, whether or not y itself can be told from 0; 0 for a logit that is 0. */
  relativeDrop(classIndex: number): number;
}

/** Returns what becomes of the scores of an input. @param logits `[classes]` */
export function scoreChange(
  logits: ArrayLike<number>,
  score: Score,
  scoreFunction: ScoreFunction,
): ScoreChange {
  const z = new Float64Array(logits);
  if (score === 'logit' || scoreFunction === 'linear') return new LogitChange(z);
  return scoreFunction === 'sigmoid' ? new SigmoidChange(z) : new SoftmaxChange(z, largest(z));
}

class LogitChange implements ScoreChange {
  readonly #logits: Float64Array;
  #drops: Float64Array = new Float64Array();

  constructor(logits: Float64Array) {
    this.#logits = logits;
  }

  take(drops: Float64Array): void {
    this.#drops = drops;
  }

  ablated(classIndex: number): number {
    return this.#logits[classIndex]! - this.#drops[classIndex]!;
  }

  drop(classIndex: number): number {
    return this.#drops[classIndex]!;
  }

  relativeDrop(classIndex: number): number {
    const z = this.#logits[classIndex]!;
    return z === 0 ? 0 : this.#drops[classIndex]! / Math.abs(z);
  }
}

/** p = sigmoid(z), p' = sigmoid(z - d). */
class SigmoidChange implements ScoreChange {
  readonly #logits: Float64Array;
  #drops: Float64Array = new Float64Array();

  constructor(logits: Float64Array) {
    this.#logits = logits;
  }

  take(drops: Float64Array): void {
    this.#drops = drops;
  }

  ablated(classIndex: number): number {
    return sigmoid(this.#logits[classIndex]! - this.#drops[classIndex]!);
  }

  /** p - p' = sigmoid(larger) sigmoid(-smaller) (1 - e^-|d|) with the sign of d, of the arguments z and z - d. */
  drop(classIndex: number): number {
    const [z, d] = [this.#logits[classIndex]!, this.#drops[classIndex]!];
    const fall = sigmoid(Math.max(z, z - d)) * sigmoid(-Math.min(z, z - d)) * -Math.expm1(-Math.abs(d));
    return d < 0 ? -fall : fall;
  }

  /**
   * (p - p') / p = (1 - e^-d) sigmoid(d - z), whose first factor overflows where d is far below 0 although the second may make
   * up for it: (1 - e^-|d|) e^-max(min(d, 0), z - max(d, 0)) / (1 + e^-|z - d|) with the sign of d has the same value, and
   * overflows only where that does.
   */
  relativeDrop(classIndex: number): number {
    const [z, d] = [this.#logits[classIndex]!, this.#drops[classIndex]!];
    const size = -Math.expm1(-Math.abs(d)) / (1 + Math.exp(-Math.abs(z - d)));
    const exponent = -Math.max(Math.min(d, 0), z - Math.max(d, 0));
    return (d < 0 ? -size : size) * Math.exp(exponent);
  }
}
