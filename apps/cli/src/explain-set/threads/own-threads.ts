import { Worker, type Transferable } from 'node:worker_threads';
import { CliError } from '../../errors.ts';
import { receivedError, type SentError } from './sent-error.ts';

/** What a thread is told: an order, and the number that its answer is to have. */
export interface NumberedOrder<Order> {
  readonly id: number;
  readonly order: Order;
}

/** What it answers. */
export type NumberedAnswer<Answer> =
  { readonly id: number; readonly answer: Answer } | { readonly id: number; readonly error: SentError };

interface Pending<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** Threads of this program that carry a command of its own out, so that this thread can compute meanwhile. */
export class OwnThreads<Order, Answer> {
  readonly #threads: readonly Worker[];
  readonly #pending = new Map<number, Pending<Answer>>();
  #next = 0;
  #failure: Error | null = null;

  /** @param settings what the command is begun with; plain data */
  constructor(command: string, settings: object, threads: number) {
    this.#threads = Array.from({ length: threads }, () => this.#start(command, settings));
  }

  /**
   * @param moved buffers of the order that are the thread's from now on
   * @throws ModelError, Error as the command does; CliError where the threads have ended
   */
  ask(order: Order, moved: readonly Transferable[] = []): Promise<Answer> {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      const numbered: NumberedOrder<Order> = { id, order };
      this.#threads[id % this.#threads.length]?.postMessage(numbered, moved);
    });
  }

  async close(): Promise<void> {
    this.#fail(new CliError('Its threads have ended.'));
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  #start(command: string, settings: object): Worker {
    // The bundle of this program, whose command it is told.
    const thread = new Worker(process.argv[1]!, { argv: [command], workerData: settings });
    thread.on('message', (answer: NumberedAnswer<Answer>) => {
      const pending = this.#pending.get(answer.id);
      this.#pending.delete(answer.id);
      if ('answer' in answer) pending?.resolve(answer.answer);
      else pending?.reject(receivedError(answer.error));
    });
    thread.on('error', (error) => {
      this.#fail(error);
    });
    thread.on('exit', (code) => {
      this.#fail(new CliError(`A thread for "${command}" has ended with code ${code}. Start again.`));
    });
    return thread;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#pending.values()) reject(this.#failure);
    this.#pending.clear();
  }
}
