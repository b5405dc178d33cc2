import * as tf from '@tensorflow/tfjs';
import type { DataSet } from '../data/data-set.ts';
import type { Batch } from '../data/read-batches.ts';
import { ModelError } from '../errors.ts';
import { networkOf, type NetworkSource } from '../network/network-of.ts';
import type { SizedNetwork } from '../network/network.ts';
import { notFiniteError, positionNotFinite } from '../network/not-finite.ts';

/**
 * Refuses outputs that are no finite numbers.
 *
 * @param outputs `[samples, units]` of a batch
 * @param firstSample the batch's first sample, for messages
 * @throws ModelError `not-finite`, which names the layer where such values begin; `invalid-data` where the sample holds them
 */
export async function refuseNotFinite(
  model: NetworkSource,
  { inputShape }: DataSet,
  { values, count }: Batch,
  outputs: Float32Array,
  firstSample: number,
): Promise<void> {
  const position = positionNotFinite(outputs);
  if (position < 0) return;
  const n = Math.floor((position * count) / outputs.length);
  const size = values.length / count;
  const sample = values.slice(n * size, (n + 1) * size);
  const bad = positionNotFinite(sample);
  if (bad >= 0) {
    throw new ModelError(
      'invalid-data',
      `Sample ${firstSample + n} holds ${String(sample[bad])} at position ${bad}; every value must be a finite number.`,
    );
  }
  const what = `The model's output for sample ${firstSample + n}`;
  const network = await sizedNetwork(model, inputShape, `${what} is ${String(outputs[position])}`);
  const input = tf.tensor(sample, [1, ...inputShape]);
  try {
    const [output] = network.graph.outputs;
    if (!output) throw new RangeError('The network has no output.');
    throw await notFiniteError(network, [input], output, what);
  } finally {
    input.dispose();
  }
}

/** Models with masks are evaluated, but cannot be walked through. @throws ModelError `not-finite` for them */
async function sizedNetwork(
  model: NetworkSource,
  inputShape: readonly number[],
  finding: string,
): Promise<SizedNetwork> {
  try {
    return await (await networkOf(model)).at([inputShape]);
  } catch (cause) {
    if (!(cause instanceof ModelError)) throw cause;
    throw new ModelError('not-finite', `${finding}. Check the scale of the input and the model's weights.`, {
      cause,
    });
  }
}
