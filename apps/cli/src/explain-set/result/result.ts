import { chunkRows, computedArrays, listRows, sealPlan, zarrNames } from '@ablation-cam/model/internals';
import {
  LABEL,
  resultArrays,
  ResultReader,
  shardsOf,
  SOURCE,
  STATES,
  type ArraySpec,
  type ListedSample,
  type Rows,
  type SetPlan,
} from '@ablation-cam/model/results';
import { CliError } from '../../errors.ts';
import { encodeChunk } from './encode-chunk.ts';
import type { ResultStore } from './store.ts';
import { zarrFormat, type GroupAttributes, type ZarrFormat } from './zarr-format.ts';

/** The explanations of a set as a Zarr group, being written or read. */
export class SetResultGroup {
  readonly store: ResultStore;
  readonly #reader: ResultReader;
  readonly #format: ZarrFormat;

  private constructor(store: ResultStore, reader: ResultReader) {
    this.store = store;
    this.#reader = reader;
    this.#format = zarrFormat(reader.plan);
  }

  get plan(): SetPlan {
    return this.#reader.plan;
  }

  /** Returns null where there is no Zarr group. @throws as `ResultReader.open` */
  static async open(store: ResultStore): Promise<SetResultGroup | null> {
    const reader = await ResultReader.open(store);
    return reader && new SetResultGroup(store, reader);
  }

  /**
   * Opens a result that is there, or begins it: of several programs that begin it at once one does, and all go on with the
   * plan of that one.
   *
   * @throws ModelError `write-failed`; CliError as `open`
   */
  static async begin(store: ResultStore, plan: SetPlan): Promise<SetResultGroup> {
    const group = zarrFormat(plan).groupBytes(await attributesOf(plan));
    await store.create(zarrNames(plan).groupFile, group);
    const result = await SetResultGroup.open(store);
    if (result === null) throw new CliError(`${store.name} was removed while it was begun. Start again.`);
    return result;
  }

  /** Writes the metadata of the arrays and the list of samples, where they are not there yet. */
  async writeList(samples: Iterable<ListedSample>): Promise<void> {
    const { plan, store } = this;
    const rows = listRows(plan);
    const last = Math.ceil(plan.data.count / rows) - 1;
    // The labels of a chunk are written behind the sources.
    if (await store.has(zarrNames(this.plan).chunkKey(LABEL, last))) return;
    for (const spec of resultArrays(this.plan)) {
      await this.#format.writeArray(store, spec, { count: plan.data.count, rows: chunkRows(plan, spec) });
    }
    let chunk = 0;
    let sources: string[] = [];
    let labels: number[] = [];
    const flush = async (): Promise<void> => {
      await this.#writeChunk(SOURCE, chunk, sources);
      await this.#writeChunk(LABEL, chunk, Int32Array.from(labels));
      chunk++;
      sources = [];
      labels = [];
    };
    for (const { source, label } of samples) {
      sources.push(source);
      labels.push(label);
      if (sources.length === rows) await flush();
    }
    if (sources.length > 0) await flush();
  }

  /** Returns the samples of a shard. @throws as `ResultReader.read` */
  list(shard: number): Promise<readonly ListedSample[]> {
    return this.#reader.list(shard);
  }

  /** Returns rows of an array. @throws as `ResultReader.read` */
  read<T extends Rows>(path: string, first: number, count: number): Promise<T> {
    return this.#reader.read<T>(path, first, count);
  }

  /** Returns the shards that are not there yet, in order. */
  async missing(): Promise<number[]> {
    const names = new Set(await this.store.names(`/${STATES.path}`));
    const shards = Array.from({ length: shardsOf(this.plan) }, (_, shard) => shard);
    return shards.filter(
      (shard) => !names.has(zarrNames(this.plan).chunkKey(STATES, shard).split('/').at(-1) ?? ''),
    );
  }

  async hasShard(shard: number): Promise<boolean> {
    return this.store.has(zarrNames(this.plan).chunkKey(STATES, shard));
  }

  /**
   * Writes what was found out about the samples of a shard, `state` last, so that what is torn off counts as not there.
   *
   * @param rows for each computed array
   * @throws ModelError `write-failed`
   */
  async writeShard(shard: number, rows: ReadonlyMap<string, Rows>): Promise<void> {
    const others = computedArrays(this.plan).filter((spec) => spec !== STATES);
    const written = await Promise.allSettled(
      others.map((spec) => this.#writeChunk(spec, shard, rows.get(spec.path) ?? [])),
    );
    for (const outcome of written) if (outcome.status === 'rejected') throw outcome.reason;
    await this.#writeChunk(STATES, shard, rows.get(STATES.path) ?? []);
  }

  /** Ends a result whose shards are all there: metadata in one place, nothing left of killed writers. */
  async finish(summary: NonNullable<SetPlan['summary']>): Promise<void> {
    for (const { path } of resultArrays(this.plan)) await this.store.removeDrafts(`/${path}`);
    await this.store.removeDrafts('/');
    const attributes = await attributesOf({ ...this.plan, summary });
    await this.#format.consolidate(this.store, resultArrays(this.plan), attributes);
  }

  async #writeChunk(spec: ArraySpec, chunk: number, rows: Rows): Promise<void> {
    const key = zarrNames(this.plan).chunkKey(spec, chunk);
    await this.store.set(key, encodeChunk(spec, rows, chunkRows(this.plan, spec)));
  }
}

async function attributesOf(plan: SetPlan): Promise<GroupAttributes> {
  return { ablation_cam: await sealPlan(plan) };
}
