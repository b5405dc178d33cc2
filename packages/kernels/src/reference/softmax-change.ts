import type { ScoreChange } from './score-change.ts';

/** Changes below these take no call of exp(), see `smallExpm1`, `moderateExpm1` and `wideExpm1`. */
const SMALL = 1 / 32;
const MODERATE = 0.69;
const WIDE = 2.76;
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
    else if (span < WIDE) this.#termSum = this.#wideTerms(drops);
    else this.#termSum = this.#largeTerms(drops);
    if (span < WIDE) this.#ablatedSum = this.#sum + this.#termSum;
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

  // The same loop three times: a function that is chosen outside of it would be called for every class.
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

  #wideTerms(drops: Float64Array): number {
    const exponentials = this.#exponentials;
    const terms = this.#terms;
    const top = drops[this.#predicted]!;
    let sum = 0;
    for (let c = 0; c < terms.length; c++) {
      const term = exponentials[c]! * wideExpm1(top - drops[c]!);
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

/** exp(v) - 1 for |v| < 0.69, as u (u + 2) with u that of half of it. */
function moderateExpm1(v: number): number {
  const u = reducedExpm1(0.5 * v);
  return u * (u + 2);
}

/** exp(v) - 1 for |v| < 2.76, from that of an eighth of it. */
function wideExpm1(v: number): number {
  const eighth = reducedExpm1(0.125 * v);
  const quarter = eighth * (eighth + 2);
  const half = quarter * (quarter + 2);
  return half * (half + 2);
}

/**
 * exp(x) - 1 for |x| < 0.345 as x + x c / (2 - c), where c = x - x^2 P(x^2) and P is a minimax polynomial: off by less than
 * 2^-59.
 *
 * Source: Sun's fdlibm, e_exp.c.
 */
function reducedExpm1(x: number): number {
  const square = x * x;
  const c =
    x -
    square *
      (1.66666666666666019037e-1 +
        square *
          (-2.77777777770155933842e-3 +
            square *
              (6.61375632143793436117e-5 +
                square * (-1.6533902205465251539e-6 + square * 4.13813679705723846039e-8))));
  return x + (x * c) / (2 - c);
}
