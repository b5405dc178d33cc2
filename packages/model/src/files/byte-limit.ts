import { ModelError } from '../errors.ts';

/** How much of a file is read at most. */
export interface ByteLimit {
  readonly bytes: number;
  /** Why no more, as the end of a sentence; default: it is the most that is ever read. */
  readonly reason?: string;
}

/** The error for a file that is longer than that. */
export function tooLong(
  name: string,
  { bytes, reason = 'the most that is read of a file' }: ByteLimit,
): ModelError {
  return new ModelError('invalid-file', `${name} has more than ${bytes} bytes, ${reason}.`);
}
