/** What went wrong, for programs; the message says it for people. */
export type XaiErrorCode = 'invalid-option' | 'invalid-input' | 'unsupported-model';

/** Every error this package throws on purpose; errors of the packages below pass through as they are. */
export class XaiError extends Error {
  override readonly name = 'XaiError';

  constructor(
    readonly code: XaiErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    // Names out of files are in it, and it is one line whatever they hold.
    super(message.replace(/\p{Cc}/gu, '\ufffd'), options);
  }
}

/** @throws the signal's reason */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  signal?.throwIfAborted();
}
