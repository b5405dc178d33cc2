import type { CallName, Params, Result, ToPage, ToWorker } from '../protocol/calls.ts';

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
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: CallError) => void;
  readonly onProgress: (done: number) => void;
}

/** The page's side of the worker: calls with promises. */
export class WorkerClient {
  /** Called when the worker has lost its GPU device. */
  onDeviceLost: () => void = () => undefined;
  readonly #worker: Worker;
  readonly #open = new Map<number, OpenCall>();
  #count = 0;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
      this.#receive(data);
    });
    worker.addEventListener('error', ({ message }) => {
      this.#failAll(`The page's worker stopped (${message || 'its script did not load'}); reload the page.`);
    });
  }

  call<N extends CallName>(
    name: N,
    params: Params<N>,
    { signal, onProgress }: CallOptions,
  ): Promise<Result<N>> {
    const id = ++this.#count;
    return new Promise<Result<N>>((resolve, reject) => {
      this.#open.set(id, { resolve: resolve as (result: unknown) => void, reject, onProgress });
      // Name and parameters belong together by the signature, which TypeScript does not follow into the union.
      this.#post({ kind: 'call', id, name, params } as ToWorker);
      signal.addEventListener('abort', () => {
        if (this.#open.has(id)) this.#post({ kind: 'cancel', id });
      });
    });
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: ToPage): void {
    if (message.kind === 'device-lost') {
      this.onDeviceLost();
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
  }
}
