import type * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import { InferenceIdentity } from '../layers-of-our-own/inference-identity.ts';
import { Normalization } from '../layers-of-our-own/normalization.ts';
import type { NamedTensor } from './safetensors.ts';

export type LayerWeight = tf.layers.Layer['weights'][number];

/**
 * Pairs the weights of a TF.js layer - a nested model's too - with saved ones: by the end of their names
 * (`conv/kernel`, then `kernel`) where these are unique and the same on both sides, else in order, as Keras does.
 *
 * @throws ModelError `invalid-file` where their numbers differ.
 */
export function matchWeights(
  owner: string,
  weights: readonly LayerWeight[],
  tensors: readonly NamedTensor[],
): [LayerWeight, NamedTensor][] {
  if (weights.length !== tensors.length) {
    throw new ModelError(
      'invalid-file',
      `The weights do not fit the network: ${owner} needs ${weights.length} tensors ` +
        `(${weights.map(({ originalName }) => originalName).join(', ')}), the file has ${tensors.length}` +
        `${tensors.length > 0 ? ` (${tensors.map(({ name }) => name).join(', ')})` : ''}. Save the model again as a whole.`,
    );
  }
  for (const depth of [2, 1]) {
    const byName = new Map(tensors.map((tensor) => [nameEnd(tensor.name, depth), tensor]));
    const pairs = weights.flatMap((weight): [LayerWeight, NamedTensor][] => {
      const tensor = byName.get(nameEnd(weight.originalName, depth));
      return tensor === undefined ? [] : [[weight, tensor]];
    });
    const unique = new Set(pairs.map(([, tensor]) => tensor)).size;
    if (byName.size === tensors.length && unique === weights.length) return pairs;
  }
  return weights.map((weight, i): [LayerWeight, NamedTensor] => [weight, tensors[i]!]);
}

/**
 * Without the variables that Keras saves beside a layer's weights and inference does without: how many values a normalization
 * was adapted to, and the states of random generators.
 */
export function withoutStates(tensors: readonly NamedTensor[]): NamedTensor[] {
  return tensors.filter(({ name }) => !STATE.test(name));
}

const STATE = /(^|\/)(count|StateVar|seed_generator_state)(:\d+)?$/;

/** Those of one layer in a file that has no names for them, only their order. */
export function dropUnused(layer: tf.layers.Layer, tensors: readonly NamedTensor[]): readonly NamedTensor[] {
  if (layer instanceof InferenceIdentity) return [];
  return layer instanceof Normalization ? tensors.slice(0, layer.weights.length) : tensors;
}

/** The last parts of `scope/layer/kernel:0`, without the output number. */
function nameEnd(name: string, depth: number): string {
  return name.replace(/:\d+$/, '').split('/').slice(-depth).join('/');
}
