/** What went wrong, for programs; the message says it for people. */
export type KernelsErrorCode =
  | 'no-adapter'
  | 'device-lost'
  | 'gpu-validation'
  | 'out-of-memory'
  | 'unsupported-tail'
  | 'too-large'
  | 'invalid-tail'
  | 'invalid-input'
  | 'unsupported-operation'
  | 'runtime-missing'
  | 'runtime-failed'
  | 'package-missing';

/** Every error this package throws on purpose. */
export class KernelsError extends Error {
  override readonly name = 'KernelsError';

  constructor(
    readonly code: KernelsErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
