import type { CDPSession, Page } from 'playwright-core';

/** What a page and its worker hold, in bytes, garbage left out. */
export interface HeldBytes {
  /** Objects and buffers of both. */
  readonly heaps: number;
  /** WASM memories of the worker, which never shrink. */
  readonly wasm: number;
}

/** Keeps WASM memories in view, which the browser does not count; runs in a worker before its own script. */
export const WATCH_WASM = `{
  const memories = new Set();
  self.wasmBytes = () => {
    let bytes = 0;
    for (const memory of memories) bytes += memory.deref()?.buffer.byteLength ?? 0;
    return bytes;
  };
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const instantiate = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const made = await instantiate.apply(WebAssembly, given);
      for (const each of Object.values((made.instance ?? made).exports))
        if (each instanceof WebAssembly.Memory) memories.add(new WeakRef(each));
      return made;
    };
  }
}`;

interface HeapUsage {
  readonly usedSize: number;
  readonly embedderHeapUsedSize: number;
  readonly backingStorageSize: number;
}

/** Looks into the memory of a page and of the worker that it has at the time, by the protocol of the browser's developer tools. */
export class MemoryMeter {
  readonly #page: Page;
  readonly #session: CDPSession;
  #worker = '';
  #count = 0;

  private constructor(page: Page, session: CDPSession) {
    this.#page = page;
    this.#session = session;
  }

  static async of(page: Page): Promise<MemoryMeter> {
    const session = await page.context().newCDPSession(page);
    const meter = new MemoryMeter(page, session);
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker') meter.#worker = sessionId;
    });
    await session.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: false,
      flatten: false,
    });
    return meter;
  }

  async held(): Promise<HeldBytes> {
    const page = await this.#usage((method) => this.#session.send(method));
    const worker = await this.#usage((method) => this.#inWorker(method));
    const wasm = (await this.#page.workers().at(-1)?.evaluate<number>('wasmBytes()')) ?? NaN;
    return { heaps: page + worker, wasm };
  }

  async #usage(
    send: (method: 'HeapProfiler.collectGarbage' | 'Runtime.getHeapUsage') => Promise<unknown>,
  ): Promise<number> {
    await send('HeapProfiler.collectGarbage');
    const { usedSize, embedderHeapUsedSize, backingStorageSize } = (await send(
      'Runtime.getHeapUsage',
    )) as HeapUsage;
    return usedSize + embedderHeapUsedSize + backingStorageSize;
  }

  #inWorker(method: string): Promise<unknown> {
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      const listen = ({ message }: { readonly message: string }): void => {
        const answer = JSON.parse(message) as { readonly id?: number; readonly result?: unknown };
        if (answer.id !== id) return;
        this.#session.off('Target.receivedMessageFromTarget', listen);
        resolve(answer.result);
      };
      this.#session.on('Target.receivedMessageFromTarget', listen);
      this.#session
        .send('Target.sendMessageToTarget', {
          sessionId: this.#worker,
          message: JSON.stringify({ id, method }),
        })
        .catch(reject);
    });
  }
}
