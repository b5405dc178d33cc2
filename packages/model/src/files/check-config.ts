import * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import {
  isModelClass,
  layersOf,
  layerName,
  type Json,
  type JsonObject,
  type KerasLayer,
  type KerasObject,
} from './keras-config.ts';

/**
 * Names everything in a converted configuration that TF.js does not have, at once - TF.js itself stops at the first
 * layer and ignores arguments it does not know.
 *
 * @throws ModelError `unsupported-layer`, `unsupported-format`, `invalid-file`.
 */
export function checkKerasConfig(file: string, { class_name, config }: KerasObject): void {
  if (!isModelClass(class_name)) {
    throw new ModelError(
      'unsupported-format',
      `${file} holds a model of the class ${class_name}; only sequential and functional models describe their layers. ` +
        'Rebuild it as one of these and save it again.',
    );
  }
  const layers = allLayers(config);
  if (layers.length === 0) {
    throw new ModelError('invalid-file', `${file} describes no layers. Save the model again as a whole.`);
  }
  const missing = layers.flatMap((layer) =>
    missingFrom(layer).map((what) => `${layerName(layer)} (${what})`),
  );
  if (missing.length > 0) {
    throw new ModelError(
      'unsupported-layer',
      `TF.js cannot compute these layers of ${file}: ${listed(missing)}. Replace them in the model and save it again.`,
    );
  }
}

function allLayers(config: JsonObject): KerasLayer[] {
  return layersOf(config).flatMap((layer) =>
    isModelClass(layer.class_name) ? allLayers(layer.config) : [layer],
  );
}

/** What TF.js lacks to compute this layer. */
function missingFrom({ class_name, config }: KerasLayer): string[] {
  const known = tf.serialization.SerializationMap.getMap().classNameMap[class_name] !== undefined;
  if (!known) return [`layer class ${class_name}`];
  const missing: string[] = [];
  const { activation, groups, keepdims, threshold, negative_slope: slope } = config;
  if (typeof activation === 'string' && !knownActivations.has(activation.replaceAll('_', '').toLowerCase())) {
    missing.push(`activation ${activation}`);
  }
  if (class_name.includes('Conv') && typeof groups === 'number' && groups !== 1)
    missing.push(`groups=${groups}`);
  if (class_name.startsWith('Global') && keepdims === true) missing.push('keepdims=true');
  if (class_name === 'ReLU') {
    if (isNonZero(threshold)) missing.push(`threshold=${JSON.stringify(threshold)}`);
    if (isNonZero(slope)) missing.push(`negative_slope=${JSON.stringify(slope)} with max_value`);
  }
  return missing;
}

/** The activations of TF.js 4.22, without case and underscores. */
const knownActivations = new Set([
  'elu',
  'selu',
  'relu',
  'relu6',
  'linear',
  'sigmoid',
  'hardsigmoid',
  'softplus',
  'softsign',
  'tanh',
  'softmax',
  'logsoftmax',
  'swish',
  'mish',
  'gelu',
  'gelunew',
]);

function isNonZero(value: Json | undefined): boolean {
  return typeof value === 'number' && value !== 0;
}

/** A long list says no more than its beginning. */
export function listed(names: readonly string[]): string {
  const most = 20;
  const rest = names.length - most;
  return names.slice(0, most).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
