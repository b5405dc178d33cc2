import * as tf from '@tensorflow/tfjs';
import { assertClose, type Tolerance } from '@ablation-cam/tools/testing';
import type { Executor, Tail } from '@ablation-cam/kernels';
import { continueTail } from '../../../src/forward/continue-tail.ts';
import { classLogits } from '../../../src/forward/forward-pass.ts';
import { ablationFromInput, canBeginAtInput } from './at-input.ts';
import { ablationByLoop, exactAblation, type ExactAblation } from '../exact-ablation.ts';
import { ON_TENSORFLOW } from '../on-tensorflow.ts';
import { describeCase, type RandomCase } from './random-case.ts';
import { isDefined, withoutOpaque } from './without-rule.ts';

/** What single precision may leave of weights, in units of the largest of their class: the tolerance of the project. */
const WEIGHTS = 1e-4;

/**
 * Of falls, in units of the largest logit, below which 1 counts: some 30 times what a number rounds by. It matters where a
 * fall is nothing although what it is made of is not: with its mean as the value that is off, a channel in front of an
 * average moves no logit, but its positions do, up and down, by as much as makes up the logit, and a sum of these in
 * single precision leaves what it rounds by. Measured where the exact fall is 0: 3.4e-7 at most (a sum of 1,008 positions).
 */
const ROUNDED = 2e-6;

/**
 * Of falls behind a layer without a rule, in units of the largest logit: there the network's own layers run once a variant in
 * single precision, and the fall is the difference of two of their logits, which keep what each was rounded by. Measured on
 * 41 such models: 1.6e-7 in the median, 3.4e-6 at most, whether the untouched logits come from the forward pass or from the
 * same pass as the variants.
 */
const SUBTRACTED = 1e-5;

/**
 * Of weights from the input on: the exact ones are of an activation that another engine has rounded. Measured on 1,800 models:
 * 1.8e-4 at most.
 */
const FROM_INPUT = { ofLargest: 5e-4, absolute: 1e-5 };

/** Of logits: TensorFlow.js rounds to 6e-8 at each of some ten layers, relative to values larger than the logits. */
const LOGITS = { ofLargest: 2e-5, absolute: 2e-5 };

/**
 * Checks that
 * - the tail in float64 gives the logits of the network's own layers, also with one channel of the target replaced, and
 * - every executor weighs the channels as the naive loop does in float64, and leaves no tensor behind. Where the tail has
 *   layers that are not defined in float64 here, the loop runs the network's own layers on the CPU backend.
 *
 * @throws Error that names the seed and shows the model
 */
export async function checkCase(random: RandomCase, executors: readonly Executor[]): Promise<void> {
  try {
    await check(random, executors);
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    cause.message = `${cause.message}\n${describeCase(random)}`;
    throw cause;
  }
}

async function check(random: RandomCase, executors: readonly Executor[]): Promise<void> {
  const { behind, inputs, score, activation, logits, constants, ablation } = random;
  const tail = isDefined(behind.tail) ? withoutOpaque(behind.tail) : null;
  const { scoreFunction } = behind.tail;
  const of = tail
    ? Array.from({ length: inputs }, (_, n) => exactAblation(tail, valuesOf(random, n), offOf(random, n)))
    : await loopOnCpu(random);
  of.forEach((exact, n) => {
    assertClose(part(logits, inputs, n), exact.logits, LOGITS, 'logits');
  });
  if (tail) checkMasked(random, tail);

  const isLogit = score === 'logit' || scoreFunction === 'linear';
  const { plan } = random;
  const isSubtracted = plan.kind === 'steps' && plan.variantSteps.some(({ kind }) => kind === 'fallback');

  for (const executor of executors) {
    const before = tf.memory().numTensors;
    const prepared = await executor.prepare(random.plan);
    try {
      const { weights } = await prepared.run({
        ...{ inputs, activation, ablation, score, constants, norm: 2, classes: 'all' },
        logits: Float32Array.from(of.flatMap((exact) => [...exact.logits])),
        weighting: 'relative-drop',
        continueFrom: continueTail({ network: random.network, runtime: ON_TENSORFLOW }, behind),
      });
      of.forEach((exact, n) => {
        assertWeights(
          part(weights, inputs, n),
          exact,
          { isLogit, tolerance: toleranceOf(exact, isSubtracted) },
          `${executor.name} executor, input ${String(n)}`,
        );
      });
    } finally {
      prepared.dispose();
    }
    if (executor.name === 'onnxruntime' && canBeginAtInput(random)) {
      const { weights, logits: own } = await ablationFromInput(random);
      of.forEach((exact, n) => {
        assertWeights(
          part(weights, inputs, n),
          // A logit near 0 is another number to an engine that has rounded otherwise, and it is what these were divided by.
          { ...exact, logits: Float64Array.from(part(own, inputs, n)) },
          { isLogit, tolerance: FROM_INPUT },
          `ONNX Runtime from the input on, input ${String(n)}`,
        );
      });
    }
    const left = tf.memory().numTensors - before;
    if (left !== 0) throw new Error(`the ${executor.name} executor leaves ${String(left)} tensors behind`);
  }
}

/** By the network's own layers, once a channel, on the backend that sums in float64 and shares no kernel with the others. */
async function loopOnCpu(random: RandomCase): Promise<ExactAblation[]> {
  const { behind, inputs } = random;
  const backend = tf.getBackend();
  await tf.setBackend('cpu');
  try {
    return Array.from({ length: inputs }, (_, n) => {
      const values = valuesOf(random, n);
      const activation = Float64Array.from(values.get(behind.tail.target) ?? []);
      return ablationByLoop(behind.tail.scoreFunction, activation, offOf(random, n), (masked) =>
        Float64Array.from(ownLogits(random, values.set(behind.tail.target, Float32Array.from(masked)))),
      );
    });
  } finally {
    await tf.setBackend(backend);
  }
}

/** The logits of one input as the network's own layers compute them from the target and the constants. */
function ownLogits({ network, behind }: RandomCase, values: ReadonlyMap<number, Float32Array>): Float32Array {
  const { tail, nodes, logits } = behind;
  return tf.tidy(() => {
    const feeds = [...values].map(
      ([node, data]) =>
        [nodes[node] ?? -1, tf.tensor(data, [1, ...(tail.nodes[node]?.shape ?? [])])] as const,
    );
    const [z] = network.run(new Map(feeds), [logits] as const);
    return classLogits(z, tail.nodes[tail.output]?.shape[0] ?? 0).dataSync<'float32'>();
  });
}

function toleranceOf({ logits }: ExactAblation, isSubtracted: boolean): Tolerance {
  const largest = logits.reduce((most, z) => Math.max(most, Math.abs(z)), 1);
  return { ofLargest: WEIGHTS, absolute: (isSubtracted ? SUBTRACTED : ROUNDED) * largest };
}

/**
 * Each class by itself. Weights of logits are compared as the falls that they are made of: dividing by a logit near zero
 * enlarges without end what is left of rounding.
 */
function assertWeights(
  weights: Float32Array,
  exact: ExactAblation,
  { isLogit, tolerance }: { readonly isLogit: boolean; readonly tolerance: Tolerance },
  what: string,
): void {
  const classes = exact.logits.length;
  for (let c = 0; c < classes; c++) {
    const scale = isLogit ? Math.abs(exact.logits[c] ?? 0) : 1;
    const channels = weights.length / classes;
    const ofClass = (values: ArrayLike<number>): number[] =>
      Array.from(values).slice(c * channels, (c + 1) * channels);
    const found = ofClass(weights).map((weight) => weight * scale);
    const expected = ofClass(isLogit ? exact.logitDrops : exact.weights);
    assertClose(found, expected, tolerance, `${what}, weights of class ${String(c)}`);
  }
}

/** One channel of the first input replaced: the network's own layers, run from there, against the tail in float64. */
function checkMasked(random: RandomCase, tail: Tail): void {
  const { activation, inputs, seed } = random;
  const values = valuesOf(random, 0);
  const channels = tail.nodes[tail.target]?.shape.at(-1) ?? 1;
  const masked = part(activation, inputs, 0).map((on, i) =>
    i % channels === seed % channels ? 0.3 - 2 * on : on,
  );
  values.set(tail.target, masked);
  const { logits } = exactAblation(tail, values, []);
  assertClose(
    ownLogits(random, values),
    logits,
    LOGITS,
    `logits with channel ${String(seed % channels)} replaced`,
  );
}

function valuesOf(
  { behind, inputs, activation, constants }: RandomCase,
  n: number,
): Map<number, Float32Array> {
  const values = new Map([[behind.tail.target, part(activation, inputs, n)]]);
  for (const [node, data] of constants) values.set(node, part(data, inputs, n));
  return values;
}

/** The value that stands for off, for each channel of input n. */
function offOf({ ablation, activation, inputs, target }: RandomCase, n: number): ArrayLike<number> {
  if (ablation.kind === 'values') return ablation.values;
  const own = part(activation, inputs, n);
  const channels = target.shape.at(-1) ?? 1;
  return Float64Array.from({ length: channels }, (_, k) => {
    let sum = 0;
    for (let i = k; i < own.length; i += channels) sum += own[i] ?? 0;
    return (sum * channels) / own.length;
  });
}

function part(values: Float32Array, inputs: number, n: number): Float32Array {
  const size = values.length / inputs;
  return values.subarray(n * size, (n + 1) * size);
}
