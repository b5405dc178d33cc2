/** Where the table ends: up to there 1 + (exp(v) - 1) loses no more than four bits. */
export const TABLE_END = 2.75;

/** Steps of the table within 1; a power of two, so that v less its multiple of 1 / STEPS is exact. */
const STEPS = 256;
/** Adding it rounds to a whole number, which subtracting it leaves: the last bit of a float64 of this size is worth 1. */
const ROUNDS = 1.5 * 2 ** 52;
const END = Math.ceil(TABLE_END * STEPS);
/** exp(i / STEPS) and exp(i / STEPS) - 1, one beside the other, from i = -END on. */
const TABLE = Float64Array.from({ length: 2 * (2 * END + 1) }, (_, at) => {
  const x = ((at >> 1) - END) / STEPS;
  return at % 2 === 0 ? Math.exp(x) : Math.expm1(x);
});
/** Numbers that V8 holds in registers throughout a loop if they come from an array; literals it loads each time anew. */
const NUMBERS = Float64Array.of(TABLE_END, STEPS, ROUNDS, 1 / STEPS, 1 / 2, 1 / 6, 1 / 24, 1 / 120);

/**
 * Returns exp(v) - 1 for |v| < TABLE_END, as (exp(t) - 1) + exp(t) (exp(r) - 1) with the nearest t of a table and v = t + r. Of
 * the Taylor polynomial of exp(r) - 1, |r| <= 1 / 512, what is left out is below 2^-54 of it; near 0, where t is 0, every digit
 * of v counts.
 *
 * Source: Tang, "Table-driven implementation of the expm1 function", ACM TOMS 18 (1992).
 */
export function tableExpm1(v: number): number {
  const i = v * STEPS + ROUNDS - ROUNDS;
  const at = 2 * ((i | 0) + END);
  const r = v - i * (1 / STEPS);
  const square = r * r;
  const small = r + square * (1 / 2 + r * (1 / 6) + square * (1 / 24 + r * (1 / 120)));
  return TABLE[at + 1]! + TABLE[at]! * small;
}

/** Returns sum_c e_c (exp(top - d_c) - 1), one addition after the other; null where an exponent is none of `tableExpm1`. */
export function tableExpm1Sum(e: Float64Array, d: Float64Array, top: number): number | null {
  const end = NUMBERS[0]!;
  const steps = NUMBERS[1]!;
  const rounds = NUMBERS[2]!;
  const step = NUMBERS[3]!;
  const [c2, c3, c4, c5] = [NUMBERS[4]!, NUMBERS[5]!, NUMBERS[6]!, NUMBERS[7]!];
  const table = TABLE;
  const length = d.length;
  let sum = 0;
  for (let c = 0; c < length; c++) {
    const v = top - d[c]!;
    if (!(Math.abs(v) < end)) return null;
    const i = v * steps + rounds - rounds;
    const at = 2 * ((i | 0) + END);
    const r = v - i * step;
    const square = r * r;
    const small = r + square * (c2 + r * c3 + square * (c4 + r * c5));
    sum += e[c]! * (table[at + 1]! + table[at]! * small);
  }
  return sum;
}
