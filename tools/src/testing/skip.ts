import type { Callback, Test } from 'uvu';
import { record } from '../test-runner/record.ts';

export type DefineTest<T> = (name: string, callback: Callback<T>) => void;

/**
 * `test` itself where `reason` is undefined; otherwise a function that skips what is defined with it and prints the reason
 * beside the name.
 */
export function skipIf<T>(test: Test<T>, reason: string | undefined): DefineTest<T> {
  if (reason === undefined) return test;
  return (name) => {
    record.skipped.push({ name, reason });
    test.skip(name);
  };
}
