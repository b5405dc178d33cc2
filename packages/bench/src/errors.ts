export type BenchErrorCode =
  'invalid-option' | 'invalid-file' | 'disagreement' | 'stale' | 'guard' | 'unsupported';

/** A benchmark that cannot be run or must not be believed; the message says what was expected, what came and what to do. */
export class BenchError extends Error {
  override readonly name = 'BenchError';
  readonly code: BenchErrorCode;

  constructor(code: BenchErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
