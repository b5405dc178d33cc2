import { TABLE_END, tableExpm1, tableExpm1Sum } from './expm1-table.ts';
import type { ScoreChange } from './score-change.ts';

/**
 * The change of a softmax with predicted class m: let e_c = exp(z_c - z_m) with the sum S, let v_c = d_m - d_c be what class c
 * gains on m, and
 *
 *     t_c = e_c (exp(v_c) - 1),   T = sum_c t_c,   S' = S + T.
 *
 * Then y_c - y_kc = (y_c T - t_c) / S' and, relative to y_c, (T - S (exp(v_c) - 1)) / S'. t_m is 0: the term that would cancel
 * where the prediction is confident is never formed. t, T and S' are scaled by exp(-max(0, max_c(z_c - z_m + v_c))), so that no
 * sum overflows. A variant takes one pass over the classes, in which no exp() is called unless logits move far against another,
 * and none where all move alike. No t is kept: those of the classes that are asked for are made again.
 */
export class SoftmaxChange implements ScoreChange {
  readonly #logits: Float64Array;
  readonly #predicted: number;
  /** e, `[classes]` */
  readonly #exponentials: Float64Array;
  /** S */
  readonly #sum: number;
  #drops: Float64Array = new Float64Array();
  /** The exponent of the scale, and the scale, exp(-shift). */
  #shift = 0;
  #scale = 1;
  /** T and S', scaled. */
  #termSum = 0;
  #ablatedSum = 1;

  constructor(logits: Float64Array, predicted: number) {
    const top = logits[predicted]!;
    this.#logits = logits;
    this.#predicted = predicted;
    this.#exponentials = logits.map((z) => Math.exp(z - top));
    this.#sum = this.#exponentials.reduce((sum, e) => sum + e, 0);
  }

  take(drops: Float64Array): void {
    this.#drops = drops;
    this.#shift = 0;
    this.#scale = 1;
    const top = drops[this.#predicted]!;
    const sum = movesTogether(drops) ? 0 : tableExpm1Sum(this.#exponentials, drops, top);
    if (sum === null) {
      this.#takeFar(drops);
    } else {
      this.#termSum = sum;
      this.#ablatedSum = this.#sum + sum;
    }
  }

  ablated(c: number): number {
    const e = this.#exponentials[c]!;
    const v = this.#gain(c);
    // A change of the score rather than the score itself where it is small: what stays the same then is the same number.
    if (Math.abs(v) < TABLE_END && this.#shift === 0) return (e + e * tableExpm1(v)) / this.#ablatedSum;
    return this.#ablatedExponential(c) / this.#ablatedSum;
  }

  drop(c: number): number {
    const e = this.#exponentials[c]!;
    const v = this.#gain(c);
    const before = e * this.#scale;
    const term = Math.abs(v) < TABLE_END ? before * tableExpm1(v) : this.#ablatedExponential(c) - before;
    return ((e / this.#sum) * this.#termSum - term) / this.#ablatedSum;
  }

  relativeDrop(c: number): number {
    const v = this.#gain(c);
    const scale = this.#scale;
    const change = Math.abs(v) < TABLE_END ? scale * tableExpm1(v) : Math.exp(v - this.#shift) - scale;
    return (this.#termSum - this.#sum * change) / this.#ablatedSum;
  }

  /** v_c */
  #gain(c: number): number {
    return this.#drops[this.#predicted]! - this.#drops[c]!;
  }

  /** e_c exp(v_c), scaled; both factors may lie beyond float64. */
  #ablatedExponential(c: number): number {
    const relativeLogit = this.#logits[c]! - this.#logits[this.#predicted]!;
    return Math.exp(relativeLogit + this.#gain(c) - this.#shift);
  }

  /** Takes a variant in which logits move far against another. */
  #takeFar(drops: Float64Array): void {
    const logits = this.#logits;
    const z = logits[this.#predicted]!;
    const top = drops[this.#predicted]!;
    let shift = 0;
    for (let c = 0; c < drops.length; c++) shift = Math.max(shift, logits[c]! - z + (top - drops[c]!));
    const scale = shift === 0 ? 1 : Math.exp(-shift);
    let sum = 0;
    let ablatedSum = 0;
    for (let c = 0; c < drops.length; c++) {
      const v = top - drops[c]!;
      const before = this.#exponentials[c]! * scale;
      if (Math.abs(v) < TABLE_END) {
        const term = before * tableExpm1(v);
        sum += term;
        ablatedSum += before + term;
      } else {
        const ablated = Math.exp(logits[c]! - z + v - shift);
        sum += ablated - before;
        ablatedSum += ablated;
      }
    }
    this.#shift = shift;
    this.#scale = scale;
    this.#termSum = sum;
    this.#ablatedSum = ablatedSum;
  }
}

/** Whether all logits fall by the same, as those of a channel that is off anyhow. */
function movesTogether(drops: Float64Array): boolean {
  const first = drops[0];
  // Mostly the second differs already.
  for (let c = 1; c < drops.length; c++) if (drops[c] !== first) return false;
  return true;
}
