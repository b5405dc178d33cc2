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
    // Names and values out of files are in it, and it is one line whatever they hold.
    super(message.replace(/\p{Cc}/gu, '\ufffd'), options);
  }
}
