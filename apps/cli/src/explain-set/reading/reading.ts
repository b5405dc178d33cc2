import type { ReadInputOptions } from '@ablation-cam/model';
import type { InputArray } from '@ablation-cam/xai';
import { OwnThreads } from '../threads/own-threads.ts';
import { READING_COMMAND } from '../threads/thread-commands.ts';

/** What a reading thread is begun with. */
export interface ReadingSettings {
  readonly source: string;
  readonly options: ReadInputOptions;
}

/** Threads that decode, resize and scale samples, which they are told by name. */
export type ReadingThreads = OwnThreads<string, InputArray>;

export function startReading(settings: ReadingSettings, threads: number): ReadingThreads {
  return new OwnThreads(READING_COMMAND, settings, threads);
}
