import { ModelError } from '../errors.ts';

/** What every network builder takes. */
export interface NetworkOptions {
  /** Outputs of the softmax, at least 2. */
  readonly classes?: number;
  /** L2 penalty on the kernels; default 5e-4, as in the report. */
  readonly l2?: number;
  /** Seed of the initial weights, an integer from 0 to 65,535; default 1. The same seed gives the same weights on every backend. */
  readonly seed?: number;
}

/** What networks for images take besides the common options. */
export interface ImageNetworkOptions extends NetworkOptions {
  /** `[height, width, channels]`. */
  readonly inputShape: readonly [number, number, number];
}

/** @throws ModelError `invalid-option`, naming the option. */
export function checkNetworkOptions(options: {
  readonly classes: number;
  readonly l2: number;
  readonly seed: number;
  readonly length?: number;
  readonly inputShape?: readonly number[];
}): void {
  const { classes, l2, seed, length, inputShape } = options;
  check(Number.isInteger(classes) && classes >= 2, 'classes', 'an integer of at least 2', classes);
  check(Number.isFinite(l2) && l2 >= 0, 'l2', 'a number of at least 0', l2);
  check(Number.isInteger(seed) && seed >= 0 && seed < 65_536, 'seed', 'an integer from 0 to 65,535', seed);
  if (length !== undefined) check(isSize(length), 'length', 'a positive integer', length);
  if (inputShape !== undefined) {
    const valid = inputShape.length === 3 && inputShape.every(isSize);
    check(valid, 'inputShape', 'three positive integers [height, width, channels]', inputShape);
  }
}

function isSize(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}

function check(valid: boolean, name: string, expected: string, got: unknown): void {
  if (valid) return;
  throw new ModelError('invalid-option', `Network: ${name} must be ${expected}; got ${JSON.stringify(got)}.`);
}
