import * as assert from 'uvu/assert';

/** A class of typed errors. */
type ErrorClass = abstract new (...given: never[]) => Error;

/**
 * Asserts that work fails with an error of a class, and of a code where one is given, whose message is one line that matches.
 */
export async function assertRefused(
  work: () => unknown,
  type: ErrorClass,
  pattern: RegExp,
  code?: string,
): Promise<void> {
  let error: unknown;
  try {
    await work();
  } catch (thrown) {
    error = thrown;
  }
  assert.instance(error, type);
  const refusal = error as Error & { readonly code?: unknown };
  assert.match(refusal.message, pattern);
  if (code !== undefined) assert.is(refusal.code, code);
  assert.not(refusal.message.includes('\n'), 'the message has one line');
}
