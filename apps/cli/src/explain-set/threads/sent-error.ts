import { ModelError, type ModelErrorCode } from '@ablation-cam/model';

/** What of an error reaches another thread. */
export interface SentError {
  /** Of a ModelError. */
  readonly code: ModelErrorCode | null;
  readonly message: string;
}

export function sentError(error: unknown): SentError {
  return {
    code: error instanceof ModelError ? error.code : null,
    message: error instanceof Error ? error.message : String(error),
  };
}

/** Returns the error that was sent, as far as it was. */
export function receivedError({ code, message }: SentError): Error {
  return code === null ? new Error(message) : new ModelError(code, message);
}
