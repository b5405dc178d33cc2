import type { CallName, Params, CallResult, ToPage, ToWorker } from '../protocol/calls.ts';
import { Watchdog, type Patience } from './watchdog.ts';

/** What the worker said went wrong; the message is for people. */
export class CallError extends Error {
  override readonly name = 'CallError';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export interface CallOptions {
  /** Cancels the call, which then fails with the code `aborted`. */
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

interface OpenCall {
  readonly message: ToWorker;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: CallError) => void;
  readonly onProgress: (done: number) => void;
  readonly signal: AbortSignal;
}

/** The page's side of the worker: calls with promises. */
export class WorkerClient {
  /** Called when the worker has lost its GPU device. */
  onDeviceLost: () => void = () => undefined;
  /** Called when a worker that gave no sign of life was replaced. */
  onReplaced: () => void = () => undefined;
  readonly #start: () => Worker;
  #worker: Worker;
  readonly #open = new Map<number, OpenCall>();
  readonly #watchdog: Watchdog;
  /** The call that was under way when a worker fell silent. */
  #suspect: number | null = null;
  #count = 0;

  /** @param start makes a worker, the first one or one in the place of another that broke or fell silent */
  constructor(start: () => Worker, patience?: Patience) {
    this.#start = start;
    this.#watchdog = new Watchdog(
      () => {
        this.#post({ kind: 'ping' });
      },
      () => {
        this.#replaceSilent();
      },
      patience,
    );
    this.#worker = this.#listenTo(start());
  }

  call<N extends CallName>(
    name: N,
    params: Params<N>,
    { signal, onProgress }: CallOptions,
  ): Promise<CallResult<N>> {
    const id = ++this.#count;
    return new Promise<CallResult<N>>((resolve, reject) => {
      // Name and parameters belong together by the signature, which TypeScript does not follow into the union.
      const message = { kind: 'call', id, name, params } as ToWorker;
      this.#open.set(id, {
        message,
        resolve: resolve as (result: unknown) => void,
        reject,
        onProgress,
        signal,
      });
      this.#watchdog.start();
      this.#post(message);
      signal.addEventListener('abort', () => {
        if (this.#open.has(id)) this.#post({ kind: 'cancel', id });
      });
    });
  }

  #listenTo(worker: Worker): Worker {
    worker.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
      this.#watchdog.reassure();
      this.#receive(data);
      if (this.#open.size === 0) this.#watchdog.stop();
    });
    worker.addEventListener('error', ({ message }) => {
      this.#failAll(`The page's worker stopped (${message || 'its script did not load'}); reload the page.`);
    });
    return worker;
  }

  /** Another worker does what this one has left undone: calls say all that they need. */
  #replace(): void {
    this.#worker.terminate();
    this.#worker = this.#listenTo(this.#start());
    for (const [id, { message, signal, reject }] of this.#open) {
      if (signal.aborted) {
        this.#open.delete(id);
        reject(new CallError('aborted', 'It was cancelled.'));
      } else this.#post(message);
    }
  }

  /** The oldest open call is the one under way. What silences a second worker as well is not asked of a third. */
  #replaceSilent(): void {
    const [underWay] = this.#open.keys();
    if (underWay !== undefined && underWay === this.#suspect) {
      this.#open.get(underWay)?.reject(new CallError('silent', SILENT));
      this.#open.delete(underWay);
    }
    this.#suspect = underWay ?? null;
    this.#replace();
    if (this.#open.size === 0) this.#watchdog.stop();
    this.onReplaced();
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: ToPage): void {
    if (message.kind === 'device-lost') {
      this.onDeviceLost();
      return;
    }
    if (message.kind === 'alive') return;
    if (message.kind === 'broken') {
      this.#replace();
      return;
    }
    const call = this.#open.get(message.id);
    if (!call) return;
    if (message.kind === 'progress') {
      call.onProgress(message.done);
      return;
    }
    this.#open.delete(message.id);
    if (message.kind === 'result') call.resolve(message.result);
    else call.reject(new CallError(message.code, message.message));
  }

  #failAll(message: string): void {
    for (const { reject } of this.#open.values()) reject(new CallError('worker', message));
    this.#open.clear();
    this.#watchdog.stop();
  }
}

const SILENT =
  'This took so long, twice, that it was given up; choose a later layer, a smaller model or a smaller input.';
