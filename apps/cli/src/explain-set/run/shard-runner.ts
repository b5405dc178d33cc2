import { availableParallelism } from 'node:os';
import { ModelError, type LoadedModel, type ReadInputOptions } from '@ablation-cam/model';
import { explainSet, type InputArray } from '@ablation-cam/xai';
import { parseNormalization } from '../../arguments/normalization.ts';
import { CliError } from '../../errors.ts';
import { ReadingThreads } from '../reading/reading-threads.ts';
import type { ListedSample, SetResultGroup } from '../result/result.ts';
import type { SetPlan } from '../result/plan.ts';
import { MethodsExplainer } from './explain-methods.ts';
import { ShardRows } from './shard-rows.ts';

/** What came of a shard. */
export interface ShardOutcome {
  readonly samples: number;
  readonly failed: number;
  readonly seconds: number;
}

/** Explains shards of a result, one after the other. */
export class ShardRunner {
  readonly #result: SetResultGroup;
  readonly #explainer: MethodsExplainer;
  readonly #reading: ReadingThreads;

  private constructor(result: SetResultGroup, explainer: MethodsExplainer, reading: ReadingThreads) {
    this.#result = result;
    this.#explainer = explainer;
    this.#reading = reading;
  }

  /** @throws what loading and explaining throw */
  static async create(result: SetResultGroup, loaded: LoadedModel): Promise<ShardRunner> {
    const { plan } = result;
    const explainer = await MethodsExplainer.create(loaded.network, plan, plan.classNames);
    return new ShardRunner(result, explainer, openReading(plan.data.source, plan.options, loaded));
  }

  /**
   * Explains a shard and writes it. What could not be explained is a row with its reason.
   *
   * @param onSample called when a sample is done
   * @throws CliError where not one of the samples can be found; ModelError `write-failed`; what explaining throws
   */
  async run(shard: number, onSample: (failed: boolean) => void): Promise<ShardOutcome> {
    const started = performance.now();
    const listed = await this.#result.list(shard);
    const rows = new ShardRows(this.#result.plan, listed.length);
    let vanished = 0;
    let reason = '';
    const samples = listed.map((sample: ListedSample) => ({
      ...sample,
      read: (): Promise<InputArray> => this.#reading.read(sample.source),
    }));
    const { batch } = this.#result.plan;
    for await (const { index, explanations, error } of explainSet(this.#explainer, samples, { batch })) {
      if (error instanceof CliError) throw error;
      if (error) {
        rows.fail(index, error.message);
        reason = error.message;
        if (error instanceof ModelError && error.code === 'not-found') vanished++;
      } else {
        rows.explain(index, explanations);
      }
      onSample(error !== null);
    }
    // One file may be gone; where all are, it is the place they are in, and nothing of that may be taken down.
    if (vanished === listed.length) {
      throw new CliError(
        `Not one sample of shard ${shard} can be found (${reason}). Is the data's place mounted?`,
      );
    }
    await this.#result.writeShard(shard, rows.rows);
    return {
      samples: listed.length,
      failed: rows.failed,
      seconds: (performance.now() - started) / 1000,
    };
  }

  async close(): Promise<void> {
    await this.#reading.close();
    await this.#explainer.dispose();
  }
}

/** Threads that read the samples of a source as a model takes them. */
export function openReading(
  source: string,
  options: Pick<SetPlan['options'], 'normalize' | 'maxPixels'>,
  { network, metadata }: LoadedModel,
): ReadingThreads {
  const readOptions: ReadInputOptions = {
    shape: network.inputs[0]?.shape ?? [],
    normalize: parseNormalization(options.normalize),
    described: metadata.input,
    maxPixels: options.maxPixels,
  };
  const threads = Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)));
  return new ReadingThreads({ source, options: readOptions }, threads);
}
