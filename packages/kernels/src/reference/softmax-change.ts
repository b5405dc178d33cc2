import type { ScoreChange } from './score-change.ts';

/** Changes below these are put into Taylor polynomials, see `smallExpm1` and `moderateExpm1`. */
const SMALL = 1 / 32;
const MODERATE = 1 / 2;
/** Below this a quotient of exponentials has lost digits. */
const LOWEST_EXPONENTIAL = 1e-290;

/**
 * The change of a softmax with predicted class m: let e_c = exp(z_c - z_m) with the sum S, let v_c = d_m - d_c be what class c
 * gains on m, and
 *
 *     t_c = e_c (exp(v_c) - 1),   T = sum_c t_c,   S' = S + T.
 *
 * Then y_c - y_kc = (y_c T - t_c) / S' and, relative to y_c, (T - S (exp(v_c) - 1)) / S'. t_m is 0: the term that would cancel
 * where the prediction is confident is never formed. t, T and S' are scaled by exp(-max(0, max_c(z_c - z_m + v_c))), so that no
 * sum overflows. A variant takes one exponential a class, most often a short polynomial, and one none of whose logits moves
 * against another takes none.
 */
export class SoftmaxChange implements ScoreChange {
  readonly #logits: Float64Array;
  readonly #predicted: number;
  /** e, `[classes]` */
  readonly #exponentials: Float64Array;
  /** S */
  readonly #sum: number;
  /** t of the variant, `[classes]` */
  readonly #terms: Float64Array;
  #drops: Float64Array = new Float64Array();
  #shift = 0;
  /** T and S', scaled like the terms. */
  #termSum = 0;
  #ablatedSum = 1;

  constructor(logits: Float64Array, predicted: number) {
    const top = logits[predicted]!;
    this.#logits = logits;
    this.#predicted = predicted;
    this.#exponentials = logits.map((z) => Math.exp(z - top));
    this.#sum = this.#exponentials.reduce((sum, e) => sum + e, 0);
    this.#terms = new Float64Array(logits.length);
  }

  take(drops: Float64Array): void {
    this.#drops = drops;
    this.#shift = 0;
    let low = drops[0]!;
    let high = low;
    for (let c = 1; c < drops.length; c++) {
      const drop = drops[c]!;
      if (drop < low) low = drop;
      else if (drop > high) high = drop;
    }
    const span = high - low;
    if (span === 0) this.#termSum = this.#nothing();
    else if (span < SMALL) this.#termSum = this.#smallTerms(drops);
    else if (span < MODERATE) this.#termSum = this.#moderateTerms(drops);
    else this.#termSum = this.#largeTerms(drops);
    if (span < MODERATE) this.#ablatedSum = this.#sum + this.#termSum;
  }

  ablated(c: number): number {
    const v = this.#gain(c);
    const e = this.#exponentials[c]!;
    // A change of the score rather than the score itself where it is small: what stays the same then is the same number.
    if (this.#shift === 0 && Math.abs(v) < MODERATE) return (e + this.#terms[c]!) / this.#ablatedSum;
    return Math.exp(this.#relativeLogit(c) + v - this.#shift) / this.#ablatedSum;
  }

  drop(c: number): number {
    const score = this.#exponentials[c]! / this.#sum;
    return (score * this.#termSum - this.#terms[c]!) / this.#ablatedSum;
  }

  relativeDrop(c: number): number {
    const e = this.#exponentials[c]!;
    const change = e >= LOWEST_EXPONENTIAL ? this.#terms[c]! / e : this.#changeOfRatio(c);
    return (this.#termSum - this.#sum * change) / this.#ablatedSum;
  }

  /** v_c */
  #gain(c: number): number {
    return this.#drops[this.#predicted]! - this.#drops[c]!;
  }

  /** z_c - z_m */
  #relativeLogit(c: number): number {
    return this.#logits[c]! - this.#logits[this.#predicted]!;
  }

  /** exp(v_c) - 1, scaled like the terms, of a class whose own exponential is no longer known to all digits. */
  #changeOfRatio(c: number): number {
    const v = this.#gain(c);
    const shift = this.#shift;
    return Math.abs(v) < MODERATE ? Math.exp(-shift) * Math.expm1(v) : Math.exp(v - shift) - Math.exp(-shift);
  }

  #nothing(): number {
    this.#terms.fill(0);
    return 0;
  }

  // The same loop twice: a function that is chosen outside of it would be called for every class.
  #smallTerms(drops: Float64Array): number {
    const exponentials = this.#exponentials;
    const terms = this.#terms;
    const top = drops[this.#predicted]!;
    let sum = 0;
    for (let c = 0; c < terms.length; c++) {
      const term = exponentials[c]! * smallExpm1(top - drops[c]!);
      terms[c] = term;
      sum += term;
    }
    return sum;
  }

  #moderateTerms(drops: Float64Array): number {
    const exponentials = this.#exponentials;
    const terms = this.#terms;
    const top = drops[this.#predicted]!;
    let sum = 0;
    for (let c = 0; c < terms.length; c++) {
      const term = exponentials[c]! * moderateExpm1(top - drops[c]!);
      terms[c] = term;
      sum += term;
    }
    return sum;
  }

  /** Sets the shift and S' besides. */
  #largeTerms(drops: Float64Array): number {
    const logits = this.#logits;
    const exponentials = this.#exponentials;
    const terms = this.#terms;
    const z = logits[this.#predicted]!;
    const top = drops[this.#predicted]!;
    let shift = 0;
    for (let c = 0; c < terms.length; c++) shift = Math.max(shift, logits[c]! - z + (top - drops[c]!));
    const scale = shift === 0 ? 1 : Math.exp(-shift);
    let sum = 0;
    let ablatedSum = 0;
    for (let c = 0; c < terms.length; c++) {
      const v = top - drops[c]!;
      const before = exponentials[c]! * scale;
      if (Math.abs(v) < MODERATE) {
        const term = before * moderateExpm1(v);
        terms[c] = term;
        sum += term;
        ablatedSum += before + term;
      } else {
        const ablated = Math.exp(logits[c]! - z + v - shift);
        terms[c] = ablated - before;
        sum += ablated - before;
        ablatedSum += ablated;
      }
    }
    this.#shift = shift;
    this.#ablatedSum = ablatedSum;
    return sum;
  }
}

/** exp(v) - 1 for |v| < 1 / 32, its Taylor polynomial of degree 8: what is left out is below 3e-18 of it. */
function smallExpm1(v: number): number {
  return (
    v *
    (1 +
      v *
        (1 / 2 +
          v * (1 / 6 + v * (1 / 24 + v * (1 / 120 + v * (1 / 720 + v * (1 / 5040 + v * (1 / 40320))))))))
  );
}

/** exp(v) - 1 for |v| < 1 / 2, its Taylor polynomial of degree 14: what is left out is below 5e-17 of it. */
function moderateExpm1(v: number): number {
  const end =
    1 / 362880 +
    v *
      (1 / 3628800 + v * (1 / 39916800 + v * (1 / 479001600 + v * (1 / 6227020800 + v * (1 / 87178291200)))));
  return (
    v *
    (1 +
      v *
        (1 / 2 +
          v *
            (1 / 6 +
              v * (1 / 24 + v * (1 / 120 + v * (1 / 720 + v * (1 / 5040 + v * (1 / 40320 + v * end))))))))
  );
}
