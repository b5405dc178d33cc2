/** What an error is called for programs, and the sentence for people. */
export function errorMessage(error: unknown, signal: AbortSignal): { code: string; message: string } {
  if (signal.aborted) return { code: 'aborted', message: 'It was cancelled.' };
  if (isTrap(error) || (error instanceof RangeError && /alloc|memory|array length/i.test(error.message))) {
    return { code: 'out-of-memory', message: OUT_OF_MEMORY };
  }
  if (!(error instanceof Error)) return { code: 'unknown', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
  if (code === 'out-of-memory' || code === 'too-large') {
    return { code, message: `${error.message} ${OUT_OF_MEMORY}` };
  }
  // An error nobody planned for: its own words, and a way on.
  const message =
    code === 'unknown' ? `${error.message}. Choose another model, layer or input.` : error.message;
  return { code, message };
}

/**
 * Whether WebAssembly stopped on the way, as TensorFlow.js's backend does where it gets no more memory: it writes to addresses that it
 * did not get, and nothing that it holds can be trusted afterwards.
 */
export function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError;
}

const OUT_OF_MEMORY =
  'There is not enough memory for this; choose a later layer, a smaller model or a smaller input, or close other pages.';
