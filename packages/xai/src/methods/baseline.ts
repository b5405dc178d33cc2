import { XaiError } from '../errors.ts';

/** What stands for "nothing there": one value everywhere, or one for each element of the input, `[...shape]`. */
export type Baseline = number | readonly number[] | Float32Array;

/**
 * Returns the baseline as an input, `[...shape]`.
 *
 * @throws XaiError `invalid-option` for another number of values than the input has, NaN or an infinite value
 */
export function baselineValues(baseline: Baseline, length: number): Float32Array {
  const values =
    typeof baseline === 'number' ? new Float32Array(length).fill(baseline) : Float32Array.from(baseline);
  if (values.length !== length) {
    throw new XaiError(
      'invalid-option',
      `The baseline has ${String(values.length)} values, the input ${String(length)}; give one number or one for each.`,
    );
  }
  if (values.every(Number.isFinite)) return values;
  throw new XaiError('invalid-option', 'The baseline holds a value that is not a finite number.');
}
