import * as tf from '@tensorflow/tfjs';
import { explain, type Explanation, type ExplainOptions, type InputArray } from '../../src/index.ts';
import { randomInput, sequenceModel, setRandomWeights } from './models.ts';

/** Features for which every activation is positive somewhere; the target is the second convolution. */
export function pooledModel(
  dimensions: 1 | 2,
  activation: 'relu' | 'tanh' = 'relu',
  units = 4,
): tf.LayersModel {
  const { conv1d, conv2d, globalAveragePooling1d, globalAveragePooling2d, dense } = tf.layers;
  const same = { kernelSize: 3, padding: 'same', activation } as const;
  const model = sequenceModel([
    dimensions === 1
      ? conv1d({ ...same, filters: 5, inputShape: [14, 2] })
      : conv2d({ ...same, filters: 5, inputShape: [7, 8, 2] }),
    dimensions === 1 ? conv1d({ ...same, filters: 6 }) : conv2d({ ...same, filters: 6 }),
    dimensions === 1 ? globalAveragePooling1d({}) : globalAveragePooling2d({}),
    dense({ units, activation: 'softmax' }),
  ]);
  setRandomWeights(model, 3);
  return model;
}

export const inputOf = (dimensions: 1 | 2, batch: readonly number[] = []): InputArray =>
  randomInput(dimensions === 1 ? [...batch, 14, 2] : [...batch, 7, 8, 2], 5);

/** The explanation of the first class and input, on the CPU. */
export async function first(
  model: tf.LayersModel,
  input: InputArray,
  options: ExplainOptions,
): Promise<Explanation> {
  const { explanations } = await explain(model, input, { backend: 'cpu', ...options });
  return explanations[0]!;
}
