import type { CallName, CallResult, Params, ToPage, ToWorker } from '../../../src/protocol/calls.ts';

/** An error that the worker has reported, named like those that are thrown on purpose unless nobody planned for it. */
class ReportedError extends Error {
  override readonly name: string;

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = code === 'unknown' ? 'UnknownError' : 'CliError';
  }
}

interface OpenCall {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly signal: AbortSignal;
}

/** The page's side of a worker that runs beside it, in this process or thread. */
export class WorkerHost {
  readonly #around: EventTarget;
  readonly #open = new Map<number, OpenCall>();
  #count = 0;

  /** @param around what the worker finds around it, whose `postMessage` is `receive` */
  constructor(around: EventTarget) {
    this.#around = around;
  }

  /** A message of the worker to the page. */
  readonly receive = (message: ToPage): void => {
    if (message.kind !== 'result' && message.kind !== 'error') return;
    const call = this.#open.get(message.id);
    this.#open.delete(message.id);
    if (message.kind === 'result') call?.resolve(message.result);
    else if (message.code === 'aborted') call?.reject(call.signal.reason as Error);
    else call?.reject(new ReportedError(message.code, message.message));
  };

  /** The page's: what it asks of the worker. @throws ReportedError; the signal's reason */
  call<N extends CallName>(name: N, params: Params<N>, signal: AbortSignal): Promise<CallResult<N>> {
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve: resolve as (result: unknown) => void, reject, signal });
      // Name and parameters belong together by the signature, which TypeScript does not follow into the union.
      this.#tell({ kind: 'call', id, name, params } as ToWorker);
      const cancel = (): void => {
        this.#tell({ kind: 'cancel', id });
      };
      if (signal.aborted) cancel();
      else signal.addEventListener('abort', cancel, { once: true });
    });
  }

  #tell(data: ToWorker): void {
    this.#around.dispatchEvent(new MessageEvent('message', { data: structuredClone(data) }));
  }
}
