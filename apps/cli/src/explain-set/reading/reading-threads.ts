import { Worker } from 'node:worker_threads';
import { ModelError } from '@ablation-cam/model';
import type { InputArray } from '@ablation-cam/xai';
import { CliError } from '../../errors.ts';
import { READING_COMMAND } from './reading-command.ts';
import type { ReadingAnswer, ReadingOrder, ReadingSettings } from './reading.ts';

interface Pending {
  readonly resolve: (input: InputArray) => void;
  readonly reject: (error: Error) => void;
}

/** Threads that read samples, so that decoding and resizing go on while this thread computes. */
export class ReadingThreads {
  readonly #threads: readonly Worker[];
  readonly #pending = new Map<number, Pending>();
  #next = 0;
  #failure: Error | null = null;

  constructor(settings: ReadingSettings, threads: number) {
    this.#threads = Array.from({ length: threads }, () => this.#start(settings));
  }

  /** @throws ModelError for a sample that cannot be read; CliError where the threads have ended */
  read(source: string): Promise<InputArray> {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      const order: ReadingOrder = { id, source };
      this.#threads[id % this.#threads.length]?.postMessage(order);
    });
  }

  async close(): Promise<void> {
    this.#fail(new CliError('Reading has ended.'));
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  #start(settings: ReadingSettings): Worker {
    // The bundle of this program, whose command it is told.
    const thread = new Worker(process.argv[1]!, { argv: [READING_COMMAND], workerData: settings });
    thread.on('message', (answer: ReadingAnswer) => {
      const pending = this.#pending.get(answer.id);
      this.#pending.delete(answer.id);
      if ('data' in answer) pending?.resolve(answer);
      else pending?.reject(errorOf(answer));
    });
    thread.on('error', (error) => {
      this.#fail(error);
    });
    thread.on('exit', (code) => {
      this.#fail(new CliError(`A thread that reads samples has ended with code ${code}. Start again.`));
    });
    return thread;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#pending.values()) reject(this.#failure);
    this.#pending.clear();
  }
}

function errorOf({ code, message }: Extract<ReadingAnswer, { message: string }>): Error {
  return code === null ? new Error(message) : new ModelError(code, message);
}
