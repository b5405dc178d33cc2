import { ModelError } from '../errors.ts';
import { emptyRows, rowLength, type ArraySpec, type Rows } from './array-spec.ts';
import { decodeChunk } from './chunk.ts';
import { chunkRows, LABEL, resultArrays, SOURCE } from './layout.ts';
import { planIn } from './plan-schema.ts';
import type { SetPlan } from './set-plan.ts';
import { listRows, shardRange } from './shards.ts';
import { ZARR_NAMES, zarrNames, type ResultKey } from './zarr-names.ts';

/** Where the files of a result are read from, such as a folder, an object store, or a list of a browser's files. */
export interface ReadableResult {
  /** What messages call it. */
  readonly name: string;
  /** Returns a file, or undefined where there is none. @throws ModelError where that cannot be told */
  get(key: ResultKey): Promise<Uint8Array | undefined>;
}

/** What a sample is called, and its class where that is known, else -1. */
export interface ListedSample {
  readonly source: string;
  readonly label: number;
}

/** Chunks that are read at the same time. */
const AT_ONCE = 32;

/** The explanations of a set, as `ablation-cam explain-set` writes them into a Zarr group of format 2 or 3, read where they lie. */
export class ResultReader {
  readonly plan: SetPlan;
  readonly store: ReadableResult;
  #listed: { readonly chunk: number; readonly samples: Promise<readonly ListedSample[]> } | null = null;

  private constructor(store: ReadableResult, plan: SetPlan) {
    this.store = store;
    this.plan = plan;
  }

  /**
   * Returns null where there is no Zarr group.
   *
   * @throws ModelError `invalid-file` where what is there is no result that this version reads, or was changed; what the store throws
   */
  static async open(store: ReadableResult): Promise<ResultReader | null> {
    for (const names of ZARR_NAMES) {
      const bytes = await store.get(names.groupFile);
      if (bytes === undefined) continue;
      const plan = await planIn(store.name, names.attributesIn(store.name, bytes));
      if (plan?.zarrFormat === names.format) return new ResultReader(store, plan);
      throw new ModelError(
        'invalid-file',
        `${store.name} holds something else than a result of explain-set of this version. Another version or program has written it.`,
      );
    }
    return null;
  }

  /** Returns the samples of a shard. @throws as `read` */
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

  /**
   * Returns the rows `first` to `first + count - 1` of an array, row-major; half-precision numbers as single ones. Rows of shards that
   * are not there are empty: NaN, -1, 0, or an empty text.
   *
   * @param path of the array in the group, such as `ablation-cam/weights`
   * @throws ModelError `invalid-file` for a damaged chunk; RangeError where the plan has no such array; what the store throws
   */
  async read<T extends Rows>(path: string, first: number, count: number): Promise<T> {
    const spec = resultArrays(this.plan).find((own) => own.path === path);
    if (!spec) throw new RangeError(`There is no array ${path}.`);
    const size = chunkRows(this.plan, spec);
    const length = rowLength(spec.shape);
    const rows = emptyRows(spec, count);
    const put = async (chunk: number): Promise<void> => {
      const found = await this.#readChunk(spec, chunk);
      if (found === null) return;
      const from = Math.max(first, chunk * size);
      const to = Math.min(first + count, (chunk + 1) * size);
      const own = found.slice((from - chunk * size) * length, (to - chunk * size) * length);
      setRows(rows, own, (from - first) * length);
    };
    const end = Math.ceil((first + count) / size);
    for (let chunk = Math.floor(first / size); chunk < end; chunk += AT_ONCE) {
      const some = Math.min(AT_ONCE, end - chunk);
      await Promise.all(Array.from({ length: some }, (_, i) => put(chunk + i)));
    }
    return rows as T;
  }

  async #readList(first: number, rows: number): Promise<readonly ListedSample[]> {
    const count = Math.min(rows, this.plan.data.count - first);
    const [sources, labels] = await Promise.all([
      this.read<string[]>(SOURCE.path, first, count),
      this.read<Int32Array>(LABEL.path, first, count),
    ]);
    return sources.map((source, i) => ({ source, label: labels[i] ?? -1 }));
  }

  /** Null where it is not there. */
  async #readChunk(spec: ArraySpec, chunk: number): Promise<Rows | null> {
    const key = zarrNames(this.plan).chunkKey(spec, chunk);
    const bytes = await this.store.get(key);
    if (bytes === undefined) return null;
    try {
      return await decodeChunk(spec, bytes, chunkRows(this.plan, spec));
    } catch (cause) {
      throw new ModelError(
        'invalid-file',
        `${this.store.name}${key} is damaged (${(cause as Error).message}). Copy the result again, or explain the set again into another place.`,
        { cause },
      );
    }
  }
}

function setRows(rows: Rows, own: Rows, at: number): void {
  if (Array.isArray(rows)) rows.splice(at, own.length, ...(own as string[]));
  else rows.set(own as Float32Array, at);
}
