import { XaiError } from '../errors.ts';

/** Returns the value. @throws XaiError `invalid-option` unless it is a whole number of at least `least` */
export function wholeNumber(name: string, value: number, least = 1): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new XaiError(
    'invalid-option',
    `${name} must be a whole number of at least ${String(least)}, got ${String(value)}.`,
  );
}

/** Returns the value. @throws XaiError `invalid-option` unless it is one of those allowed */
export function oneOf<const T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((item) => item === value);
  if (found !== undefined) return found;
  throw new XaiError('invalid-option', `${name} is "${value}"; choose one of ${allowed.join(', ')}.`);
}
