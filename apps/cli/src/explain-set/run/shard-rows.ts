import { computedArrays, emptyRows } from '@ablation-cam/model/internals';
import {
  CONTENT,
  ERROR,
  keepsTop,
  PREDICTED,
  rowLength,
  STATE,
  STATES,
  TOP_CLASS,
  TOP_CLASSES,
  TOP_SCORE,
  type ArraySpec,
  type Rows,
  type SetPlan,
} from '@ablation-cam/model/results';
import type { SetExplanation } from './explain-methods.ts';

/** The longest reason that is kept: some quote what they found. */
const MOST_CHARACTERS = 500;

/** What is written of the samples of a shard: the rows of every computed array. */
export class ShardRows {
  readonly rows: ReadonlyMap<string, Rows>;
  readonly #plan: SetPlan;
  readonly #specs: ReadonlyMap<string, ArraySpec>;
  #failed = 0;

  constructor(plan: SetPlan, count: number) {
    const specs = computedArrays(plan);
    this.#plan = plan;
    this.#specs = new Map(specs.map((spec) => [spec.path, spec]));
    this.rows = new Map(specs.map((spec) => [spec.path, emptyRows(spec, count)]));
  }

  get failed(): number {
    return this.#failed;
  }

  /** Takes down what a sample was read from. */
  read(index: number, content: Uint8Array): void {
    this.#set(CONTENT.path, index, content);
  }

  /** Takes down that a sample could not be explained. */
  fail(index: number, reason: string): void {
    this.#failed++;
    this.#set(STATES.path, index, [STATE.failed]);
    this.#texts(ERROR.path)[index] = reason.slice(0, MOST_CHARACTERS);
  }

  /** Takes down what was found out about a sample; where its shapes are not those of the plan, that it failed. */
  explain(index: number, explanations: readonly SetExplanation[]): void {
    const misfit = explanations.find(({ method, mapSigned, weights }) => {
      const planned = this.#plan.methods[method];
      return (
        planned?.map.join() !== mapSigned.shape.join() ||
        (planned.channels !== null && planned.channels !== weights?.length)
      );
    });
    if (misfit) {
      const wanted = this.#plan.methods[misfit.method]?.map.join(' x ') ?? '';
      this.fail(
        index,
        `Its map is ${misfit.mapSigned.shape.join(' x ')}, that of the first sample ${wanted}: give inputs of one size.`,
      );
      return;
    }
    this.#set(STATES.path, index, [STATE.explained]);
    this.#setScores(index, explanations[0]);
    this.#plan.methods.forEach(({ name }, method) => {
      const own = explanations.filter((explanation) => explanation.method === method);
      const put = (array: string, valuesOf: (explanation: SetExplanation) => ArrayLike<number>): void => {
        const path = `${name}/${array}`;
        if (this.#specs.has(path))
          own.forEach((one, target) => {
            this.#set(path, index, valuesOf(one), target);
          });
      };
      put('class', ({ classIndex }) => [classIndex ?? -1]);
      put('score', ({ classScore }) => [classScore]);
      put('weights', ({ weights }) => weights ?? []);
      put('map', ({ mapSigned }) => mapSigned.data);
      put('drop', ({ drop = NaN }) => [drop]);
      put('increase', ({ increase = NaN }) => [increase]);
    });
  }

  #setScores(index: number, explanation: SetExplanation | undefined): void {
    const scores = explanation?.probabilities ?? explanation?.logits;
    if (!scores) return;
    const order = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
    this.#set(PREDICTED.path, index, order.slice(0, 1));
    if (keepsTop(this.#plan)) {
      const top = order.slice(0, TOP_CLASSES);
      this.#set(TOP_CLASS, index, top);
      this.#set(
        TOP_SCORE,
        index,
        top.map((classIndex) => scores[classIndex]!),
      );
    } else {
      this.#set(this.#plan.scores, index, scores);
    }
  }

  /** @param part of the row, where it holds several: which of them */
  #set(path: string, index: number, values: ArrayLike<number>, part = 0): void {
    const rows = this.rows.get(path);
    const spec = this.#specs.get(path);
    if (!rows || !spec || Array.isArray(rows)) throw new RangeError(`There is no array ${path} of numbers.`);
    rows.set(values, index * rowLength(spec.shape) + part * values.length);
  }

  #texts(path: string): string[] {
    const rows = this.rows.get(path);
    if (!Array.isArray(rows)) throw new RangeError(`There is no array ${path} of texts.`);
    return rows;
  }
}
