import { EventEmitter } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import workerThreads, { type Transferable } from 'node:worker_threads';
import { makePoint } from '../points.ts';

/** What a thread of the program does, by the command that it is begun with; it asks for its port before it waits. */
export type ThreadPrograms = Readonly<Record<string, () => Promise<void>>>;

interface ThreadOptions {
  readonly argv: readonly string[];
  readonly workerData: unknown;
}

const alive = new Set<ThreadHere>();

/** One end of what a thread and its owner tell each other; what is told is cloned, and comes later. */
class End extends EventEmitter {
  #other: End | null = null;
  /** What was told before anybody listened. */
  readonly #early: unknown[] = [];

  constructor() {
    super();
    this.on('newListener', (event) => {
      if (event !== 'message') return;
      const early = this.#early.splice(0);
      setImmediate(() => {
        for (const message of early) this.emit('message', message);
      });
    });
  }

  connect(other: End | null): void {
    this.#other = other;
  }

  postMessage(message: unknown, moved: Transferable[] = []): void {
    const cloned: unknown = structuredClone(message, { transfer: moved });
    setImmediate(() => this.#other?.hear(cloned));
  }

  hear(message: unknown): void {
    if (this.listenerCount('message') > 0) this.emit('message', message);
    else this.#early.push(message);
  }
}

/** A thread that shares this one, so that faults can befall what it does as well: nothing is shared but that. */
class ThreadHere extends End {
  readonly #port = new End();

  constructor(program: () => Promise<void>, settings: unknown) {
    super();
    alive.add(this);
    this.connect(this.#port);
    this.#port.connect(this);
    setImmediate(() => {
      if (!alive.has(this)) return;
      provide({ parentPort: this.#port, workerData: structuredClone(settings) });
      program().catch((error: unknown) => {
        if (!alive.has(this)) return;
        this.emit('error', asReceived(error));
        this.#end();
      });
      provide({ parentPort: null, workerData: null });
    });
  }

  terminate(): Promise<number> {
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#end();
        resolve(1);
      });
    });
  }

  #end(): void {
    if (!alive.delete(this)) return;
    this.connect(null);
    this.#port.connect(null);
    this.#port.removeAllListeners();
    this.emit('exit', 1);
  }
}

/** An error as Node hands it from thread to thread: its class is lost, what it says is not. */
function asReceived(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { message, name, stack } = error;
  return Object.assign(new Error(message), error, { name, stack });
}

function provide(exported: object): void {
  Object.assign(workerThreads, exported);
  syncBuiltinESMExports();
}

/**
 * From now on the threads that the program begins share this one, where faults can befall them: quicker than others, and every point
 * in them is one of the run.
 *
 * @returns how to begin real ones again
 */
export function threadsHere(programs: ThreadPrograms): () => void {
  const { Worker } = workerThreads;
  // Not a class: it returns another one's object.
  provide({
    Worker: function (_file: string, { argv: [command = ''], workerData }: ThreadOptions) {
      const program = programs[command];
      if (!program) throw new RangeError(`There is no thread for "${command}".`);
      return new ThreadHere(program, workerData);
    },
  });
  return () => {
    provide({ Worker });
  };
}

/** How many of these threads there are. */
export function threadsAlive(): number {
  return alive.size;
}

/** Makes whatever is told to such a thread a point at which it may end; to be called once. */
export function threadsHerePoints(): void {
  makePoint(ThreadHere.prototype, 'postMessage', (thread) => [
    {
      name: 'thread ended',
      instead: (call) => {
        void (thread as ThreadHere).terminate();
        return call();
      },
    },
  ]);
}
