import { ModelError } from '@ablation-cam/model';
import {
  keepsTop,
  LABEL,
  PREDICTED,
  PROBABILITIES,
  ResultReader,
  shardRange,
  SOURCE,
  STATES,
  TOP_SCORE,
  type Rows,
  type SetPlan,
} from '@ablation-cam/model/results';
import type { ResultMethod, ResultOverview, ResultSource } from '../../protocol/results.ts';
import { resultStore } from './result-store.ts';

/** Shards of arrays that stay decoded: a page of tiles lies in few of them, in any order. */
const MOST_DECODED = 24;

type Numbers = Exclude<Rows, string[]>;

/** A result of `explain-set`, read where it lies. */
export class OpenedResult {
  readonly source: ResultSource;
  readonly #reader: ResultReader;
  readonly #decoded = new Map<string, Promise<Numbers>>();

  private constructor(source: ResultSource, reader: ResultReader) {
    this.source = source;
    this.#reader = reader;
  }

  get plan(): SetPlan {
    return this.#reader.plan;
  }

  /** @throws ModelError where it is no result of `explain-set` of this version */
  static async open(source: ResultSource): Promise<OpenedResult> {
    const reader = await ResultReader.open(resultStore(source));
    if (reader !== null) return new OpenedResult(source, reader);
    throw new ModelError(
      'invalid-file',
      `${source.name} is no whole result of explain-set: its metadata are missing. Give the folder that --out named, all of it.`,
    );
  }

  /** Reads what there is of all samples, but maps and weights. @throws ModelError for what is broken */
  async overview(): Promise<ResultOverview> {
    const { model, classNames, methods } = this.plan;
    const [sources, labels, predicted, states] = await Promise.all([
      this.#all<string[]>(SOURCE.path),
      this.#all<Int32Array>(LABEL.path),
      this.#all<Int32Array>(PREDICTED.path),
      this.#all<Uint8Array>(STATES.path),
    ]);
    const confidence = await this.#confidence(predicted);
    return { model: model.source, classNames, methods, sources, labels, predicted, states, confidence };
  }

  /** @throws ModelError where the result has no method */
  method(name: string): ResultMethod {
    const method = this.plan.methods.find((each) => each.name === name) ?? this.plan.methods[0];
    if (method) return method;
    throw new ModelError('invalid-file', `${this.source.name} has maps of no method. Explain the set again.`);
  }

  /** Returns a sample's row of an array, row-major. */
  async row(path: string, index: number): Promise<Float32Array> {
    const shard = Math.floor(index / this.plan.shard);
    const rows = await this.#shard(path, shard);
    const { first, count } = shardRange(this.plan, shard);
    const length = rows.length / count;
    return Float32Array.from(rows.subarray((index - first) * length, (index - first + 1) * length));
  }

  #shard(path: string, shard: number): Promise<Numbers> {
    const { first, count } = shardRange(this.plan, shard);
    const key = `${path} ${shard}`;
    const known = this.#decoded.get(key) ?? this.#reader.read<Numbers>(path, first, count);
    this.#decoded.delete(key);
    this.#decoded.set(key, known);
    for (const old of [...this.#decoded.keys()].slice(0, -MOST_DECODED)) this.#decoded.delete(old);
    return known;
  }

  #all<T extends Rows>(path: string): Promise<T> {
    return this.#reader.read<T>(path, 0, this.plan.data.count);
  }

  /** The probability of each predicted class, or the largest that was kept. */
  async #confidence(predicted: Int32Array): Promise<Float32Array> {
    const none = new Float32Array(predicted.length).fill(NaN);
    if (this.plan.scores !== 'probabilities' || this.plan.classes === null) return none;
    const isTop = keepsTop(this.plan);
    const rows = await this.#all<Float32Array>(isTop ? TOP_SCORE : PROBABILITIES);
    const length = rows.length / predicted.length;
    return none.map((_, i) => {
      const classIndex = predicted[i] ?? -1;
      return classIndex < 0 ? NaN : (rows[i * length + (isTop ? 0 : classIndex)] ?? NaN);
    });
  }
}
