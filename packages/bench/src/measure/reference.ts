import { referenceExecutor } from '@ablation-cam/kernels';
import { evaluateTail } from '@ablation-cam/kernels/lowering';
import { BenchError } from '../errors.ts';
import { planFor } from '../strategies/incremental.ts';
import { ablationInput } from '../strategies/prepared-strategy.ts';
import type { StrategyAnswer } from '../strategies/strategy.ts';
import type { OpenCase } from '../open-case/open-case.ts';
import { largestOfEach, maxRelativeError } from './agreement.ts';

/** What is right, in float64. */
export interface Reference {
  /** How far an answer is from it, see `maxRelativeError`. @param list the channels a loop ran, or all of them */
  errorOf(answer: StrategyAnswer, list: readonly number[]): number;
  /** The probability of each input's predicted class. */
  readonly probabilities: readonly number[];
}

/** Channels at which the incremental reference is held against the definition, and gradients against differences. */
const SAMPLED_CHANNELS = { few: 1, many: 3 };
/** Multiply-adds of a tail that float64 in TypeScript takes about a second for; the definition takes three passes a channel. */
const LONG_PASS = 5e7;
/** Of a batch so many inputs; all are checked against the reference executor. */
const SAMPLED_INPUTS = 2;
/** Of a central difference: far above float64's rounding, below what makes the tail change its linear piece. */
const STEP = 1e-4;
/** Two float64 evaluations in different orders, stored as float32. */
const REFERENCE_TOLERANCE = 2e-6;

/**
 * Runs the reference executor on all channels, and holds it against the definition of the weights - the tail evaluated without
 * a channel, in float64 - at a few of them.
 *
 * @throws BenchError `disagreement` where the reference contradicts the definition
 */
export async function referenceOf(opened: OpenCase): Promise<Reference> {
  const { batch, channels, classes, predicted } = opened;
  const logits = Array.from({ length: batch }, (_, n) => logitsOf(opened, n, (value) => value));
  const bases = logits.map(softmax);
  const weights = await incrementalWeights(opened, Float32Array.from(logits.flatMap((row) => [...row])));
  const inputs = Math.min(batch, SAMPLED_INPUTS);
  const isLong = opened.operations.tail > LONG_PASS;
  const sampled = spread(SAMPLED_CHANNELS[isLong ? 'few' : 'many'], channels);
  const gradients: number[] = [];
  const scales = largestOfEach(weights, batch);
  for (let n = 0; n < inputs; n++) {
    const base = bases[n]![predicted[n]!]!;
    for (const channel of sampled) {
      const without = evaluate(opened, n, (value, k) => (k === channel ? opened.off[k]! : value))[
        predicted[n]!
      ]!;
      const defined = (base - without) / base;
      if (!(Math.abs(defined - weights[n * channels + channel]!) <= REFERENCE_TOLERANCE * scales[n]!)) {
        throw new BenchError(
          'disagreement',
          `The reference executor gives ${weights[n * channels + channel]!} for channel ${channel} of "${opened.benchCase.name}", ` +
            `the definition ${defined}; nothing can be held against it.`,
        );
      }
      gradients.push(meanGradient(opened, n, channel));
    }
  }
  const probabilities = Array.from(predicted, (c, n) => bases[n]![c]!);
  return {
    probabilities,
    errorOf: ({ kind, values }, list) => {
      switch (kind) {
        case 'weights':
          return maxRelativeError(values, pick(weights, batch, channels, list), scales);
        case 'gradients': {
          // Of the definition only a few channels are known; how large the rest is, the answer has to say.
          const largest = largestOfEach(values, batch).slice(0, inputs);
          return maxRelativeError(pick(values, inputs, channels, sampled), gradients, largest);
        }
        case 'probabilities': {
          const wanted = bases.slice(0, inputs).flatMap((row) => [...row]);
          return maxRelativeError(
            values.subarray(0, inputs * classes),
            wanted,
            largestOfEach(wanted, inputs),
          );
        }
      }
    },
  };
}

/** `count` whole numbers from 0 to `size` - 1, far from each other, ascending. */
export function spread(count: number, size: number): number[] {
  const taken = Math.min(count, size);
  return Array.from({ length: taken }, (_, i) => Math.floor(((i + 0.5) * size) / taken));
}

/** @param logits in float64 until here: those of the network's own pass have float32's errors, which are not the reference's */
async function incrementalWeights(opened: OpenCase, logits: Float32Array): Promise<Float32Array> {
  const prepared = await referenceExecutor().prepare(planFor(opened));
  try {
    const { weights } = await prepared.run({ ...ablationInput(opened, (_, data) => data), logits });
    return weights;
  } finally {
    prepared.dispose();
  }
}

/** Logits of input n by the definition, in float64, with every activation put through `change`. */
function logitsOf(
  { tail, activation, constants, batch, channels }: OpenCase,
  n: number,
  change: (value: number, channel: number) => number,
): Float64Array {
  const ofInput = (data: Float32Array): Float32Array => {
    const size = data.length / batch;
    return data.subarray(n * size, (n + 1) * size);
  };
  const values = new Map<number, Float64Array>();
  for (const [node, data] of constants) values.set(node, Float64Array.from(ofInput(data)));
  values.set(
    tail.target,
    Float64Array.from(ofInput(activation), (value, i) => change(value, i % channels)),
  );
  return evaluateTail(tail, values)[tail.output]!;
}

function evaluate(...of: Parameters<typeof logitsOf>): Float64Array {
  return softmax(logitsOf(...of));
}

/** The mean over positions of dy/dA_k: a central difference along the whole channel. */
function meanGradient(opened: OpenCase, n: number, channel: number): number {
  const c = opened.predicted[n]!;
  const shifted = (by: number): number =>
    evaluate(opened, n, (value, k) => (k === channel ? value + by : value))[c]!;
  const positions = opened.activation.length / opened.batch / opened.channels;
  return (shifted(STEP) - shifted(-STEP)) / (2 * STEP * positions);
}

function softmax(logits: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(logits);
  const top = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const exponentials = values.map((value) => Math.exp(value - top));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}

function pick(values: Float32Array, batch: number, channels: number, list: readonly number[]): number[] {
  return Array.from({ length: batch }, (_, n) => list.map((k) => values[n * channels + k]!)).flat();
}
