import { assertRefused as assertRefusedWith } from '@ablation-cam/tools/testing';
import * as assert from 'uvu/assert';
import { ModelError, type ModelErrorCode } from '../../src/errors.ts';

/** Asserts that the work fails with a one-line `ModelError` of this code whose message matches. */
export function assertRefused(work: () => unknown, code: ModelErrorCode, pattern: RegExp): Promise<void> {
  return assertRefusedWith(work, ModelError, pattern, code);
}

/** Checks that work ends with the signal's own reason. */
export async function assertAborted(work: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  let error: unknown;
  try {
    await work();
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(signal.aborted);
  assert.is(error, signal.reason);
}
