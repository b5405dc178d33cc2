import { ModelError } from '@ablation-cam/model';
import { throwIfAborted, XaiError } from '../errors.ts';
import type { Explanation } from '../explanation/explanation.ts';
import type { ExplainedInput, InputArray } from '../forward/model-input.ts';
import { wholeNumber } from '../methods/check-option.ts';
import { readAhead, type AnyIterable } from './read-ahead.ts';
import { splitBatch, stackInputs, type SampleInput } from './stack-inputs.ts';

/** An input of a set, read when its turn comes. */
export interface SetSample {
  /** Returns the values of one input, without a batch axis; for a network with several inputs a list in the network's order. */
  read(): Promise<SampleInput>;
  /** Whether its batch ends behind it though there is room in it, so that what follows is batched alike wherever it begins. */
  readonly endsBatch?: boolean | undefined;
}

/** What explains the inputs of a set: an `Explainer`, or what calls several of them. */
export interface SetExplainer<E extends Explanation = Explanation> {
  explain(
    input: ExplainedInput,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<{ readonly explanations: readonly E[] }>;
}

/** How `explainSet` goes over its samples. */
export interface ExplainSetOptions {
  /** Inputs that are explained in one call. Default: as many as keep 16 MB of values, at most 64. */
  readonly batch?: number | undefined;
  /** Inputs that are read, or being read, before their turn: bounds the memory they take. Default: two batches. */
  readonly ahead?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of samples that are done. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** What became of one sample. */
export type SetResult<S, E extends Explanation = Explanation> = {
  readonly sample: S;
  /** Its place in the set, from 0. */
  readonly index: number;
} & (
  | { readonly explanations: readonly E[]; readonly error: null }
  /** It could not be read, or does not fit the network. */
  | { readonly explanations: readonly []; readonly error: Error }
);

/** Values that a batch holds where nothing is said. */
const BATCH_VALUES = 2 ** 22;
const MOST_IN_BATCH = 64;

/**
 * Explains the inputs of a set, however many there are: reads them ahead, beside the computing, explains as many together as
 * `batch` says, and yields what was found in their order. Only what lies between reading and the consumer is in memory. While the
 * consumer works on the results of a batch, the next one is computed, where something other than this thread computes.
 *
 * Samples `n * batch` to `(n + 1) * batch - 1` go together, counted from the last one that says `endsBatch`, whatever becomes of them:
 * the same set in the same batches gives the same numbers.
 *
 * @param samples walked once, no further than they are read ahead
 * @returns for each sample its explanations, one for each target, or its error: a sample that cannot be read, or whose values the
 *   network does not take, ends nothing
 * @throws XaiError `invalid-option`; what `Explainer.explain` throws about the network or the device; the signal's reason
 */
export async function* explainSet<S extends SetSample, E extends Explanation = Explanation>(
  explainer: SetExplainer<E>,
  samples: AnyIterable<S>,
  options: ExplainSetOptions = {},
): AsyncGenerator<SetResult<S, E>, void, undefined> {
  const { signal, onProgress } = options;
  throwIfAborted(signal);
  let done = 0;
  let underway: Promise<SetResult<S, E>[]> | undefined;
  try {
    for await (const batch of batchesOf(samples, options)) {
      throwIfAborted(signal);
      const before = underway;
      underway = explainBatch(explainer, batch, signal);
      // Thrown when its turn comes.
      underway.catch(() => undefined);
      for (const result of (await before) ?? []) {
        onProgress?.(++done);
        yield result;
      }
    }
    for (const result of (await underway) ?? []) {
      onProgress?.(++done);
      yield result;
    }
  } finally {
    // The network is the caller's again when the iteration has ended.
    await underway?.catch(() => undefined);
  }
}

/** A sample, and its values or why they could not be read. */
interface ReadSample<S> {
  readonly sample: S;
  readonly index: number;
  readonly inputs: readonly InputArray[];
  readonly error: Error | null;
}

async function* batchesOf<S extends SetSample>(
  samples: AnyIterable<S>,
  options: ExplainSetOptions,
): AsyncGenerator<readonly ReadSample<S>[], void, undefined> {
  const { signal } = options;
  let size = wholeNumber('batch', options.batch ?? MOST_IN_BATCH);
  const ahead = wholeNumber('ahead', options.ahead ?? 2 * size);
  let batch: ReadSample<S>[] = [];
  let isSized = options.batch !== undefined;
  for await (const sample of readAhead(samples, ahead, (item, index) => readSample(item, index))) {
    throwIfAborted(signal);
    if (!isSized && sample.error === null) {
      const values = sample.inputs.reduce((sum, { data }) => sum + data.length, 0);
      size = Math.max(1, Math.min(MOST_IN_BATCH, Math.floor(BATCH_VALUES / values)));
      isSized = true;
    }
    batch.push(sample);
    if (batch.length < size && sample.sample.endsBatch !== true) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function readSample<S extends SetSample>(sample: S, index: number): Promise<ReadSample<S>> {
  try {
    const read = await sample.read();
    return { sample, index, inputs: isList(read) ? read : [read], error: null };
  } catch (cause) {
    return { sample, index, inputs: [], error: asError(cause) };
  }
}

async function explainBatch<S, E extends Explanation>(
  explainer: SetExplainer<E>,
  batch: readonly ReadSample<S>[],
  signal: AbortSignal | undefined,
): Promise<SetResult<S, E>[]> {
  const results: SetResult<S, E>[] = [];
  for (const part of splitBatch(batch)) results.push(...(await explainTogether(explainer, part, signal)));
  return results.sort((a, b) => a.index - b.index);
}

/** Explains samples of one shape; where one of them does not fit the network, each by itself. */
async function explainTogether<S, E extends Explanation>(
  explainer: SetExplainer<E>,
  part: readonly ReadSample<S>[],
  signal: AbortSignal | undefined,
): Promise<SetResult<S, E>[]> {
  const [first] = part;
  if (first === undefined) return [];
  if (first.error !== null) return part.map((own) => failed(own, own.error ?? new Error('not read')));
  try {
    const input = stackInputs(part.map(({ inputs }) => inputs));
    const { explanations } = await explainer.explain(input, { signal });
    const own = part.map((): E[] => []);
    for (const explanation of explanations) own[explanation.inputIndex]?.push(explanation);
    return part.map(({ sample, index }, i) => ({
      sample,
      index,
      explanations: (own[i] ?? []).map((found) => ({ ...found, inputIndex: index })),
      error: null,
    }));
  } catch (error) {
    if (!isOfInput(error)) throw error;
    if (part.length === 1) return [failed(first, error)];
    const results: SetResult<S, E>[] = [];
    for (const sample of part) results.push(...(await explainTogether(explainer, [sample], signal)));
    return results;
  }
}

function failed<S>({ sample, index }: ReadSample<S>, error: Error): SetResult<S, never> {
  return { sample, index, explanations: [], error };
}

/** Whether an error is about the values of an input, not about the network, the options or the device. */
function isOfInput(error: unknown): error is Error {
  if (error instanceof XaiError) return error.code === 'invalid-input';
  return error instanceof ModelError && ['invalid-input', 'not-finite'].includes(error.code);
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}

function isList(input: SampleInput): input is readonly InputArray[] {
  return Array.isArray(input);
}
