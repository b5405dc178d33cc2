import { availableParallelism } from 'node:os';
import type { LoadedModel, ReadInputOptions } from '@ablation-cam/model';
import { explainSet, type InputArray, type SetSample } from '@ablation-cam/xai';
import { parseNormalization } from '../../arguments/normalization.ts';
import { CliError } from '../../errors.ts';
import { inputOf, startReading, type ReadingThreads } from '../reading/reading.ts';
import type { SetResultGroup } from '../result/result.ts';
import type { SetPlan } from '@ablation-cam/model/results';
import { WritingThread } from '../writing/writing.ts';
import { MethodsExplainer } from './explain-methods.ts';
import { ShardUnderWay } from './shard-under-way.ts';

/** What came of a shard. */
export interface ShardOutcome {
  readonly shard: number;
  readonly samples: number;
  readonly failed: number;
}

/** What is told while shards are explained. */
export interface ShardEvents {
  /** A sample is done. */
  readonly onSample: (isFailed: boolean) => void;
  /** A shard is written; the next but one is not before this is dealt with. */
  readonly onShard: (outcome: ShardOutcome) => void | Promise<void>;
}

interface ShardSample extends SetSample {
  readonly shard: ShardUnderWay;
  readonly row: number;
}

/**
 * Explains shards of a result as one stream: while a shard is computed, the samples of the next one are read, and the one before is
 * written.
 */
export class ShardRunner {
  readonly #result: SetResultGroup;
  readonly #explainer: MethodsExplainer;
  readonly #reading: ReadingThreads;
  readonly #writing: WritingThread;

  private constructor(
    result: SetResultGroup,
    explainer: MethodsExplainer,
    reading: ReadingThreads,
    writing: WritingThread,
  ) {
    this.#result = result;
    this.#explainer = explainer;
    this.#reading = reading;
    this.#writing = writing;
  }

  /** @throws what loading and explaining throw */
  static async create(result: SetResultGroup, loaded: LoadedModel): Promise<ShardRunner> {
    const { plan, store } = result;
    const explainer = await MethodsExplainer.create(loaded.network, plan, plan.classNames);
    const reading = openReading(plan.data.source, plan.options, loaded);
    return new ShardRunner(result, explainer, reading, new WritingThread(store));
  }

  /**
   * Explains shards and writes them. What could not be explained is a row with its reason.
   *
   * @param shards asked for the next one some samples before it is needed, so it should be there at once
   * @param signal on abort the shard under way is ended and written, and nothing more
   * @throws CliError where not one of the samples of a shard can be found; ModelError `write-failed`; what explaining throws. Shards
   *   before that one are written.
   */
  async run(
    shards: Iterable<number> | AsyncIterable<number>,
    { onSample, onShard }: ShardEvents,
    signal: AbortSignal,
  ): Promise<void> {
    const { batch } = this.#result.plan;
    // What cannot be written ends the computing at once, not a shard later.
    const failure = new AbortController();
    let written = Promise.resolve();
    try {
      const samples = this.#samplesOf(shards);
      for await (const { sample, explanations, error } of explainSet(this.#explainer, samples, {
        batch,
        signal: failure.signal,
      })) {
        // Of the threads, not of the sample.
        if (error instanceof CliError) throw error;
        sample.shard.add(sample.row, explanations, error);
        onSample(error !== null);
        if (!sample.endsBatch) continue;
        await written;
        written = this.#write(sample.shard, onShard);
        written.catch((cause: unknown) => {
          failure.abort(cause);
        });
        if (signal.aborted) break;
      }
    } finally {
      await written.catch(() => undefined);
    }
    await written;
  }

  async close(): Promise<void> {
    await Promise.all([this.#reading.close(), this.#writing.close()]);
    await this.#explainer.dispose();
  }

  async *#samplesOf(
    shards: Iterable<number> | AsyncIterable<number>,
  ): AsyncGenerator<ShardSample, void, undefined> {
    for await (const number of shards) {
      const listed = await this.#result.list(number);
      const shard = new ShardUnderWay(number, this.#result.plan, listed.length);
      for (const [row, { source }] of listed.entries()) {
        const read = async (): Promise<InputArray> => {
          const sample = await this.#reading.ask(source);
          shard.rows.read(row, sample.content);
          return inputOf(sample);
        };
        yield { shard, row, read, endsBatch: row === listed.length - 1 };
      }
    }
  }

  async #write(shard: ShardUnderWay, onShard: ShardEvents['onShard']): Promise<void> {
    shard.refuseVanished();
    const { samples } = shard;
    const { failed, rows } = shard.rows;
    await this.#writing.write({ shard: shard.shard, rows });
    await onShard({ shard: shard.shard, samples, failed });
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
  return startReading({ source, options: readOptions }, threads);
}
