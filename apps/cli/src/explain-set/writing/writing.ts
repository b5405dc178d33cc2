import type { Rows } from '@ablation-cam/model/results';
import type { ResultStore } from '../result/store.ts';
import { OwnThreads } from '../threads/own-threads.ts';
import { WRITING_COMMAND } from '../threads/thread-commands.ts';

/** What a writing thread is begun with. */
export interface WritingSettings {
  /** Where the result is, as `openStore` takes it. */
  readonly place: string;
}

/** A shard that is to be written. */
export interface WritingOrder {
  readonly shard: number;
  /** Of each computed array. */
  readonly rows: ReadonlyMap<string, Rows>;
}

/** A thread that compresses and writes shards: where a library computes on the calling thread, files wait for it at every step. */
export class WritingThread {
  readonly #threads: OwnThreads<WritingOrder, null>;

  constructor({ name }: Pick<ResultStore, 'name'>) {
    const settings: WritingSettings = { place: name };
    this.#threads = new OwnThreads(WRITING_COMMAND, settings, 1);
  }

  /**
   * @param order whose rows are the thread's from now on
   * @throws as `SetResultGroup.writeShard`
   */
  async write(order: WritingOrder): Promise<void> {
    const moved = [...order.rows.values()].flatMap((rows) =>
      Array.isArray(rows) ? [] : (rows.buffer as ArrayBuffer),
    );
    await this.#threads.ask(order, moved);
  }

  close(): Promise<void> {
    return this.#threads.close();
  }
}
