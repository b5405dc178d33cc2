import type { ModelError } from '@ablation-cam/model';
import * as assert from 'uvu/assert';
import type { XaiError } from '../../src/index.ts';

/** Asserts that work fails with an error of a type, whose message is one line that matches. */
export async function assertRefused(
  work: () => Promise<unknown>,
  type: typeof XaiError | typeof ModelError,
  pattern: RegExp,
): Promise<void> {
  let error: unknown;
  try {
    await work();
  } catch (thrown) {
    error = thrown;
  }
  assert.instance(error, type);
  const { message } = error as Error;
  assert.match(message, pattern);
  assert.not(message.includes('\n'), 'the message has one line');
}
