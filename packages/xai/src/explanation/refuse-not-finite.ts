import type * as tf from '@tensorflow/tfjs';
import { notFiniteError, positionNotFinite } from '@ablation-cam/model';
import type { Call } from '../explainer/call.ts';
import { batchTensors } from '../forward/model-input.ts';
import type { Explanation, FloatArray } from './explanation.ts';

/**
 * Refuses explanations with NaN or an infinite number in them, of which nothing may be shown or written.
 *
 * @throws ModelError `not-finite`, which names the layer where such values begin
 */
export async function refuseNotFinite(call: Call, explanations: readonly Explanation[]): Promise<void> {
  const bad = explanations.find((explanation) => !hasFiniteNumbers(explanation));
  if (!bad) return;
  const { inputIndex } = bad;
  await refuseValues(call, [NaN], `The explanation of input ${inputIndex}`, () =>
    batchTensors(call.batch, inputIndex, inputIndex + 1),
  );
}

/**
 * Refuses activations of a target layer with NaN or an infinite number in them, which later layers may hide: a ReLU6 makes
 * 6 of infinity.
 *
 * @param activation of `count` inputs of the batch from `first` on
 * @throws ModelError `not-finite`
 */
export async function refuseActivation(
  call: Call,
  activation: Float32Array,
  first: number,
  count: number,
): Promise<void> {
  const position = positionNotFinite(activation);
  if (position < 0) return;
  const inputIndex = first + Math.floor((position * count) / activation.length);
  await refuseValues(call, [NaN], `The target layer's result for input ${inputIndex}`, () =>
    batchTensors(call.batch, inputIndex, inputIndex + 1),
  );
}

/**
 * Refuses values that were made of one input where one is no finite number.
 *
 * @param result what they are, as the beginning of a sentence
 * @param inputs makes the input that gave them, `[1, ...shape]` for each input of the network
 * @throws ModelError `not-finite`, which names the layer where such values begin
 */
export async function refuseValues(
  { network, output }: Pick<Call, 'network' | 'output'>,
  values: ArrayLike<number>,
  result: string,
  inputs: () => readonly tf.Tensor[],
): Promise<void> {
  if (positionNotFinite(values) < 0) return;
  const tensors = inputs();
  try {
    throw await notFiniteError(network, tensors, output, result);
  } finally {
    for (const tensor of tensors) tensor.dispose();
  }
}

function hasFiniteNumbers(explanation: Explanation): boolean {
  const { classScore, convergenceDelta = 0, probabilities, logits, weights, mapSigned } = explanation;
  const { ablatedScores, attributions } = explanation;
  const lists: readonly (FloatArray | null | undefined)[] = [
    ...[probabilities, logits, weights, ablatedScores],
    ...[mapSigned.data, attributions?.data],
  ];
  return (
    Number.isFinite(classScore) &&
    Number.isFinite(convergenceDelta) &&
    lists.every((values) => !values || positionNotFinite(values) < 0)
  );
}
