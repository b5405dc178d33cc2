/** What went wrong, for programs; the message says it for people. */
export type ModelErrorCode =
  | 'not-found'
  | 'invalid-file'
  | 'unsupported-format'
  | 'unsupported-layer'
  | 'unknown-layer'
  | 'invalid-input'
  | 'invalid-data'
  | 'invalid-option'
  | 'not-finite'
  | 'write-failed';

/** Every error this package throws on purpose. */
export class ModelError extends Error {
  override readonly name = 'ModelError';

  constructor(
    readonly code: ModelErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
