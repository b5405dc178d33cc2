import { ModelError } from '@ablation-cam/model';
import { CliError } from '../../errors.ts';
import { decodeChunk } from './decode-chunk.ts';
import { encodeChunk } from './encode-chunk.ts';
import { computedArrays, LABEL, SOURCE, STATES } from './layout.ts';
import { listRows, planIn, shardRange, shardsOf, type SetPlan } from './plan.ts';
import { emptyRows, rowLength, type ArraySpec, type Rows } from './array-spec.ts';
import type { ResultStore } from './store.ts';
import { zarr2, zarr3, type GroupAttributes, type ZarrFormat } from './zarr-format.ts';

/** What a sample is called, and its class where that is known, else -1. */
export interface ListedSample {
  readonly source: string;
  readonly label: number;
}

/** The explanations of a set as a Zarr group, being written or read. */
export class SetResultGroup {
  readonly plan: SetPlan;
  readonly store: ResultStore;
  readonly #format: ZarrFormat;
  #listed: { readonly chunk: number; readonly samples: Promise<readonly ListedSample[]> } | null = null;

  private constructor(store: ResultStore, plan: SetPlan) {
    this.store = store;
    this.plan = plan;
    this.#format = formatOf(plan);
  }

  /** @throws CliError where what is there is no result of this program; ModelError where it cannot be read */
  static async open(store: ResultStore): Promise<SetResultGroup | null> {
    for (const format of [zarr3, zarr2]) {
      const bytes = await store.get(format.groupFile);
      if (bytes === undefined) continue;
      const plan = planIn(attributesIn(format, bytes));
      if (plan !== null && formatOf(plan) === format) return new SetResultGroup(store, plan);
      throw new CliError(
        `${store.name} holds something else than a result of explain-set of this version. Choose another --out.`,
      );
    }
    return null;
  }

  /**
   * Opens a result that is there, or begins it: of several programs that begin it at once one does, and all go on with the
   * plan of that one.
   *
   * @throws ModelError `write-failed`; CliError as `open`
   */
  static async begin(store: ResultStore, plan: SetPlan): Promise<SetResultGroup> {
    const format = formatOf(plan);
    await store.create(format.groupFile, format.groupBytes(attributesOf(plan)));
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
    if (await store.has(this.#format.chunkKey(LABEL, last))) return;
    for (const spec of this.#arrays()) {
      await this.#format.writeArray(store, spec, { count: plan.data.count, rows: this.#rowsOf(spec) });
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

  /** Returns the samples of a shard. */
  async list(shard: number): Promise<readonly ListedSample[]> {
    const { first, count } = shardRange(this.plan, shard);
    const rows = listRows(this.plan);
    const chunk = Math.floor(first / rows);
    // The next shard is mostly in the same chunk.
    if (this.#listed?.chunk !== chunk) this.#listed = { chunk, samples: this.#readList(chunk * rows, rows) };
    const listed = this.#listed;
    const samples = await listed.samples.catch((error: unknown) => {
      this.#listed = null;
      throw error;
    });
    return samples.slice(first - chunk * rows, first - chunk * rows + count);
  }

  async #readList(first: number, rows: number): Promise<readonly ListedSample[]> {
    const count = Math.min(rows, this.plan.data.count - first);
    const [sources, labels] = await Promise.all([
      this.read<string[]>(SOURCE.path, first, count),
      this.read<Int32Array>(LABEL.path, first, count),
    ]);
    return sources.map((source, i) => ({ source, label: labels[i] ?? -1 }));
  }

  /** Returns the shards that are not there yet, in order. */
  async missing(): Promise<number[]> {
    const names = new Set(await this.store.names(`/${STATES.path}`));
    const shards = Array.from({ length: shardsOf(this.plan) }, (_, shard) => shard);
    return shards.filter((shard) => !names.has(this.#format.chunkKey(STATES, shard).split('/').at(-1) ?? ''));
  }

  async hasShard(shard: number): Promise<boolean> {
    return this.store.has(this.#format.chunkKey(STATES, shard));
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

  /**
   * Returns the rows `first` to `first + count - 1` of an array, row-major; half-precision numbers as single ones. Rows of shards that
   * are not there are empty.
   *
   * @throws CliError for a damaged chunk; ModelError where one cannot be read
   */
  async read<T extends Rows>(path: string, first: number, count: number): Promise<T> {
    const spec = this.#arrays().find((own) => own.path === path);
    if (!spec) throw new RangeError(`There is no array ${path}.`);
    const chunkRows = this.#rowsOf(spec);
    const length = rowLength(spec.shape);
    const rows = emptyRows(spec, count);
    const put = async (chunk: number): Promise<void> => {
      const found = await this.#readChunk(spec, chunk);
      if (found === null) return;
      const from = Math.max(first, chunk * chunkRows);
      const to = Math.min(first + count, (chunk + 1) * chunkRows);
      const own = found.slice((from - chunk * chunkRows) * length, (to - chunk * chunkRows) * length);
      setRows(rows, own, (from - first) * length);
    };
    const end = Math.ceil((first + count) / chunkRows);
    for (let chunk = Math.floor(first / chunkRows); chunk < end; chunk += AT_ONCE) {
      const some = Math.min(AT_ONCE, end - chunk);
      await Promise.all(Array.from({ length: some }, (_, i) => put(chunk + i)));
    }
    return rows as T;
  }

  /** Ends a result whose shards are all there: metadata in one place, nothing left of killed writers. */
  async finish(summary: NonNullable<SetPlan['summary']>): Promise<void> {
    for (const { path } of this.#arrays()) await this.store.removeDrafts(`/${path}`);
    await this.store.removeDrafts('/');
    await this.#format.consolidate(this.store, this.#arrays(), attributesOf({ ...this.plan, summary }));
  }

  #arrays(): ArraySpec[] {
    return [SOURCE, LABEL, ...computedArrays(this.plan)];
  }

  /** Null where it is not there. */
  async #readChunk(spec: ArraySpec, chunk: number): Promise<Rows | null> {
    const key = this.#format.chunkKey(spec, chunk);
    const bytes = await this.store.get(key);
    if (bytes === undefined) return null;
    try {
      return decodeChunk(spec, bytes, this.#rowsOf(spec));
    } catch (cause) {
      throw new CliError(
        `${this.store.name}${key} is damaged (${(cause as Error).message}). Copy the result again, or explain the set again into another --out.`,
        { cause },
      );
    }
  }

  #rowsOf(spec: ArraySpec): number {
    return spec === SOURCE || spec === LABEL ? listRows(this.plan) : this.plan.shard;
  }

  async #writeChunk(spec: ArraySpec, chunk: number, rows: Rows): Promise<void> {
    await this.store.set(this.#format.chunkKey(spec, chunk), encodeChunk(spec, rows, this.#rowsOf(spec)));
  }
}

/** Chunks that are read at the same time. */
const AT_ONCE = 32;

function setRows(rows: Rows, own: Rows, at: number): void {
  if (Array.isArray(rows)) rows.splice(at, own.length, ...(own as string[]));
  else rows.set(own as Float32Array, at);
}

function formatOf({ zarrFormat }: Pick<SetPlan, 'zarrFormat'>): ZarrFormat {
  return zarrFormat === '2' ? zarr2 : zarr3;
}

function attributesOf(plan: SetPlan): GroupAttributes {
  return { ablation_cam: plan };
}

function attributesIn(format: ZarrFormat, bytes: Uint8Array): unknown {
  try {
    return format.attributesIn(bytes);
  } catch (error) {
    if (error instanceof ModelError) return null;
    throw error;
  }
}
