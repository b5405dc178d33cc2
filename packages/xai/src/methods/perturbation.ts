import * as tf from '@tensorflow/tfjs';
import { positionNotFinite } from '@ablation-cam/model';
import { throwIfAborted, XaiError } from '../errors.ts';
import { computeFrom } from '../forward/compute.ts';
import { refuseValues } from '../explanation/refuse-not-finite.ts';
import { inputsPerPass } from '../forward/each-pass.ts';
import type { InputArray } from '../forward/model-input.ts';
import { TensorScope } from '../forward/tensor-scope.ts';
import { takeTurns } from '../runtime/turn.ts';
import type { Aim, BoundTarget } from '../targets/bound-target.ts';
import type { Call } from '../explainer/call.ts';

/** Changed versions of inputs, made when their turn comes: never are all of them in memory. */
export interface Variants {
  readonly count: number;
  /** At most this many go through the network together; default: as many as fit. */
  readonly perPass?: number | undefined;
  /** Writes a version, `[...shape]`; `into` holds zeros. */
  readonly write: (variant: number, into: Float32Array) => void;
}

/**
 * Returns y of every variant, `[variants.count]`.
 *
 * @param aim of all variants, or of each
 * @param report called after each pass with the share that is done
 * @throws ModelError `not-finite` for a score that is no finite number; the signal's reason
 */
export async function scoreVariants(
  call: Call,
  target: BoundTarget,
  aim: Aim | ((variant: number) => Aim),
  variants: Variants,
  report: (done: number) => void = () => undefined,
): Promise<Float64Array> {
  const { signal } = call;
  const { shape, length } = singleInput(call);
  const perPass = Math.min(inputsPerPass(call), variants.perPass ?? Infinity);
  const scores = new Float64Array(variants.count);
  for (let first = 0; first < variants.count; first += perPass) {
    throwIfAborted(signal);
    const count = Math.min(perPass, variants.count - first);
    const data = new Float32Array(count * length);
    for (let i = 0; i < count; i++) {
      variants.write(first + i, data.subarray(i * length, (i + 1) * length));
    }
    const values = await targetValues(call, target, data, [count, ...shape]);
    try {
      const found = await target.scores(
        values,
        Array.from({ length: count }, (_, i) => (typeof aim === 'function' ? aim(first + i) : aim)),
      );
      await refuseValues(call, found, 'The score of a changed input', () => {
        const i = positionNotFinite(found);
        return [tf.tensor(data.subarray(i * length, (i + 1) * length), [1, ...shape])];
      });
      scores.set(found, first);
    } finally {
      values.dispose();
    }
    report((first + count) / variants.count);
    await takeTurns();
  }
  return scores;
}

/** What a target reads of inputs, `[inputs, ...]`; it belongs to the caller. @param shape `[inputs, ...]` of `data` */
async function targetValues(
  call: Call,
  target: BoundTarget,
  data: Float32Array,
  shape: number[],
): Promise<tf.Tensor> {
  const scope = new TensorScope();
  try {
    const input = scope.keep(tf.tensor(data, shape));
    const feeds = new Map([[call.network.graph.inputs[0] ?? -1, input]]);
    const [reached] = scope.keep(await computeFrom(call, feeds, [target.node]));
    if (!reached) throw new RangeError('The network gave nothing of what the target reads.');
    return tf.tidy(() => target.head(reached));
  } finally {
    scope.dispose();
  }
}

/**
 * Returns the shape of the model's one input, without the batch, and its number of values.
 *
 * @throws XaiError `unsupported-model` where the model has several
 */
export function singleInput({ batch }: Call): { shape: readonly number[]; length: number } {
  const [array, ...others] = batch.arrays;
  if (!array || others.length > 0) {
    throw new XaiError(
      'unsupported-model',
      `This method changes the input, and the model has ${String(batch.arrays.length)} of them. Use a method that works ` +
        'on a layer, such as ablation-cam or grad-cam.',
    );
  }
  return { shape: array.shape.slice(1), length: array.data.length / batch.inputs };
}

/** The values of one input of the batch, `[...shape]`, and its shape. */
export function inputAt(call: Call, index: number): InputArray {
  const { shape, length } = singleInput(call);
  const data = call.batch.arrays[0]?.data.subarray(index * length, (index + 1) * length);
  return { shape, data: data ?? new Float32Array() };
}
