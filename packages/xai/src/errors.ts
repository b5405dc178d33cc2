/** What went wrong, for programs; the message says it for people. */
export type XaiErrorCode = 'invalid-option' | 'invalid-input' | 'unsupported-model' | 'aborted';

/** Every error this package throws on purpose; errors of the packages below pass through as they are. */
export class XaiError extends Error {
  override readonly name = 'XaiError';

  constructor(
    readonly code: XaiErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** @throws XaiError `aborted` */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new XaiError('aborted', 'The explanation was aborted.', { cause: signal.reason });
  }
}
