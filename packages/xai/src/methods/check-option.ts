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
export function choiceOf<const T extends string | number>(
  name: string,
  value: unknown,
  allowed: readonly T[],
): T {
  const found = allowed.find((item) => item === value);
  if (found !== undefined) return found;
  const shown = typeof value === 'string' ? `"${value}"` : String(value);
  throw new XaiError('invalid-option', `${name} is ${shown}; choose one of ${allowed.join(', ')}.`);
}
