import type { ReadInputOptions } from '@ablation-cam/model';
import type { InputArray } from '@ablation-cam/xai';
import { OwnThreads } from '../threads/own-threads.ts';
import { receivedError, type SentError } from '../threads/sent-error.ts';
import { READING_COMMAND } from '../threads/thread-commands.ts';

/** What a reading thread is begun with. */
export interface ReadingSettings {
  readonly source: string;
  readonly options: ReadInputOptions;
}

/** What was read of a sample. */
export interface ReadSample {
  /** Tells its bytes from others, see `contentOf`. */
  readonly content: Uint8Array;
  /** As a model takes it, or why that cannot be made of it. */
  readonly input: InputArray | SentError;
}

/** Threads that decode, resize and scale samples, which they are told by name. */
export type ReadingThreads = OwnThreads<string, ReadSample>;

/** @throws ModelError, Error for a sample of which no input can be made */
export function inputOf({ input }: ReadSample): InputArray {
  if ('message' in input) throw receivedError(input);
  return input;
}

export function startReading(settings: ReadingSettings, threads: number): ReadingThreads {
  return new OwnThreads(READING_COMMAND, settings, threads);
}
