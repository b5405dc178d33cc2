import { halfToNumber, ModelError } from '@ablation-cam/model';
import { get, open, root, slice, type Array as ZarrArray, type DataType, type Readable } from 'zarrita';
import type { ResultMethod, ResultOverview, ResultSource } from '../../protocol/results.ts';
import { planIn, type ResultPlan } from './result-plan.ts';
import { resultStore } from './result-store.ts';

/** Shards of arrays that stay decoded: a page of tiles lies in few of them, in any order. */
const MOST_DECODED = 24;

type Numbers = Float32Array | Int32Array | Uint8Array | Uint16Array;

/** A result of `explain-set`, read where it lies. */
export class OpenedResult {
  readonly plan: ResultPlan;
  readonly source: ResultSource;
  readonly #store: Readable;
  readonly #arrays = new Map<string, Promise<ZarrArray<DataType>>>();
  readonly #decoded = new Map<string, Promise<Numbers>>();

  private constructor(source: ResultSource, store: Readable, plan: ResultPlan) {
    this.source = source;
    this.plan = plan;
    this.#store = store;
  }

  /** @throws ModelError where it is no result of `explain-set` of this version, in Zarr's format 3 */
  static async open(source: ResultSource): Promise<OpenedResult> {
    const store = resultStore(source);
    const group = await open.v3(root(store), { kind: 'group' }).catch((cause: unknown) => {
      throw refused(source, cause);
    });
    const plan = planIn(group.attrs);
    if (plan === null) throw refused(source);
    return new OpenedResult(source, store, plan);
  }

  /** Reads what there is of all samples, but maps and weights. @throws ModelError for what is broken */
  async overview(): Promise<ResultOverview> {
    const { model, classNames, methods } = this.plan;
    const [sources, labels, predicted, states] = await Promise.all([
      this.#all<string[]>('source'),
      this.#all<Int32Array>('label'),
      this.#all<Int32Array>('predicted'),
      this.#all<Uint8Array>('state'),
    ]);
    const confidence = await this.#confidence(predicted);
    return { model: model.source, classNames, methods, sources, labels, predicted, states, confidence };
  }

  method(name: string): ResultMethod {
    const method = this.plan.methods.find((each) => each.name === name) ?? this.plan.methods[0];
    if (!method) throw refused(this.source);
    return method;
  }

  /** Returns a sample's row of an array, row-major; half-precision numbers as single ones. */
  async row(path: string, index: number): Promise<Float32Array> {
    const { shard } = this.plan;
    const first = Math.floor(index / shard) * shard;
    const rows = await this.#shard(path, first);
    const count = Math.min(shard, this.plan.data.count - first);
    const length = rows.length / count;
    const row = rows.subarray((index - first) * length, (index - first + 1) * length);
    return row instanceof Uint16Array ? Float32Array.from(row, halfToNumber) : Float32Array.from(row);
  }

  #shard(path: string, first: number): Promise<Numbers> {
    const key = `${path} ${first}`;
    const known = this.#decoded.get(key) ?? this.#read<Numbers>(path, first, this.plan.shard);
    this.#decoded.delete(key);
    this.#decoded.set(key, known);
    for (const old of [...this.#decoded.keys()].slice(0, -MOST_DECODED)) this.#decoded.delete(old);
    return known;
  }

  #all<T>(path: string): Promise<T> {
    return this.#read<T>(path, 0, this.plan.data.count);
  }

  #array(path: string): Promise<ZarrArray<DataType>> {
    const known = this.#arrays.get(path) ?? open.v3(root(this.#store).resolve(path), { kind: 'array' });
    this.#arrays.set(path, known);
    return known;
  }

  async #read<T>(path: string, first: number, count: number): Promise<T> {
    const array = await this.#array(path).catch((cause: unknown) => {
      throw refused(this.source, cause);
    });
    const end = Math.min(first + count, this.plan.data.count);
    const { data } = await get(array, [slice(first, end), ...array.shape.slice(1).map(() => null)]);
    return data as T;
  }

  /** The probability of each predicted class, or the largest that was kept. */
  async #confidence(predicted: Int32Array): Promise<Float32Array> {
    const { scores, classes } = this.plan;
    const none = new Float32Array(predicted.length).fill(NaN);
    if (scores !== 'probabilities' || classes === null) return none;
    const hasAll = await this.#array('probabilities').then(
      () => true,
      () => false,
    );
    const rows = await this.#all<Float32Array>(hasAll ? 'probabilities' : 'top_score');
    const length = rows.length / predicted.length;
    return none.map((_, i) => rows[i * length + (hasAll ? (predicted[i] ?? 0) : 0)] ?? NaN);
  }
}

function refused({ name }: ResultSource, cause?: unknown): ModelError {
  return new ModelError(
    'invalid-file',
    `${name} is no whole result of explain-set of this version in Zarr's format 3. Give the folder that --out named, all of it.`,
    { cause },
  );
}
