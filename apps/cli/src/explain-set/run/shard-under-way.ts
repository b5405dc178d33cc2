import { ModelError } from '@ablation-cam/model';
import { CliError } from '../../errors.ts';
import type { SetPlan } from '@ablation-cam/model/results';
import type { SetExplanation } from './explain-methods.ts';
import { ShardRows } from './shard-rows.ts';

/** A shard whose samples are being explained. */
export class ShardUnderWay {
  readonly shard: number;
  readonly samples: number;
  readonly rows: ShardRows;
  #vanished = 0;
  #reason = '';

  constructor(shard: number, plan: SetPlan, samples: number) {
    this.shard = shard;
    this.samples = samples;
    this.rows = new ShardRows(plan, samples);
  }

  /** Takes down what became of a sample. */
  add(row: number, explanations: readonly SetExplanation[], error: Error | null): void {
    if (error === null) {
      this.rows.explain(row, explanations);
      return;
    }
    this.rows.fail(row, error.message);
    this.#reason = error.message;
    if (error instanceof ModelError && error.code === 'not-found') this.#vanished++;
  }

  /**
   * One file may be gone; where all are, it is the place they are in, and nothing of that may be taken down.
   *
   * @throws CliError where not one of the samples can be found
   */
  refuseVanished(): void {
    if (this.#vanished < this.samples) return;
    throw new CliError(
      `Not one sample of shard ${this.shard} can be found (${this.#reason}). Is the data's place mounted?`,
    );
  }
}
