import * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import type { NamedTensor } from '../files/safetensors.ts';

/** The variables behind the weights that training moves, in the model's order. */
export function trainableVariables(model: tf.LayersModel): tf.Variable[] {
  return model.trainableWeights.map((weight) => asVariable(weight.read()));
}

/** All variables of the model, moving averages included, in the model's order. */
export function allVariables(model: tf.LayersModel): tf.Variable[] {
  return model.weights.map((weight) => asVariable(weight.read()));
}

/** Copies of the values of variables. */
export async function readVariables(variables: readonly tf.Variable[]): Promise<NamedTensor[]> {
  return Promise.all(
    variables.map(async (variable) => ({
      name: variable.name,
      shape: variable.shape,
      values: Float32Array.from(await variable.data<'float32'>()),
    })),
  );
}

/** Gives variables the values of tensors, pair by pair. @throws ModelError `invalid-data` where shapes differ; then nothing has changed. */
export function writeVariables(variables: readonly tf.Variable[], tensors: readonly NamedTensor[]): void {
  const sameShapes =
    variables.length === tensors.length &&
    variables.every((variable, i) => variable.shape.join() === tensors[i]?.shape.join());
  if (!sameShapes) {
    throw new ModelError(
      'invalid-data',
      'The saved training is of another network (its tensors have other shapes): build the same network to resume it.',
    );
  }
  tf.tidy(() => {
    variables.forEach((variable, i) => {
      const tensor = tensors[i];
      if (tensor !== undefined) variable.assign(tf.tensor(tensor.values, variable.shape));
    });
  });
}

function asVariable(tensor: tf.Tensor): tf.Variable {
  if (tensor instanceof tf.Variable) return tensor as tf.Variable;
  throw new ModelError(
    'invalid-data',
    `The weight ${tensor.shape.join('x')} is no variable: the model cannot be trained.`,
  );
}
