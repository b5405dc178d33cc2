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

/** What is lacking to compute this layer. */
function missingFrom({ class_name, config }: KerasLayer): string[] {
  if (readsText.test(class_name))
    return [`${class_name}: text and categories are not explained, give the network behind it`];
  if (class_name === 'Lambda') return ['a Lambda holds a function of Python'];
  if (class_name === 'TFOpLambda') return [`operation ${nameIn(config['function'])}`];
  if (!isLayerClass(class_name)) return [`layer class ${class_name}`];
  const missing: string[] = [];
  const { activation, interpolation, antialias } = config;
  if (typeof activation === 'string' && !isActivation(activation)) missing.push(`activation ${activation}`);
  if (/^Keras(Resizing|UpSampling2D)$/.test(class_name)) {
    const isKnown =
      interpolation === undefined || interpolation === 'bilinear' || interpolation === 'nearest';
    if (!isKnown) missing.push(`interpolation ${nameIn(interpolation)}`);
    if (antialias === true) missing.push('antialias=true');
  }
  const { groups } = config;
  const isGrouped = typeof groups === 'number' && groups !== 1;
  if (isGrouped && class_name.includes('Conv') && class_name !== 'KerasConvolution') {
    missing.push(`groups=${groups}`);
  }
  const { padding = null } = config;
  if (padding === 'causal' && class_name !== 'KerasConvolution') missing.push('padding=causal');
  if (/Conv|Pooling/.test(class_name) && padding !== null && !PADDINGS.has(padding)) {
    missing.push(`padding ${nameIn(padding)}`);
  }
  if (class_name === 'ELU' && typeof config['alpha'] === 'number' && config['alpha'] !== 1) {
    missing.push(`alpha=${String(config['alpha'])}`);
  }
  return missing;
}

const PADDINGS: ReadonlySet<Json> = new Set(['valid', 'same', 'causal']);

/** Layers that make numbers of words or of categories. */
const readsText =
  /^(TextVectorization|StringLookup|IntegerLookup|CategoryEncoding|Hashing|HashedCrossing|Discretization|FeatureSpace)$/;

/** TF.js keeps layers, initialisers, regularisers and activations by name in one list: an `Identity` in it is no layer. */
function isLayerClass(name: string): boolean {
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  const known = Object.hasOwn(classNameMap, name) ? classNameMap[name]?.[0] : undefined;
  return known?.prototype instanceof tf.layers.Layer;
}

function isActivation(name: string): boolean {
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  // TF.js saves `kerasHardSilu` as `keras_hard_silu` and reads it back.
  const camelCase = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const isOwn = name.startsWith('keras') && Object.hasOwn(classNameMap, camelCase);
  return isOwn || knownActivations.has(name.replaceAll('_', '').toLowerCase());
}

function nameIn(value: Json | undefined): string {
  return typeof value === 'string' ? value.slice(0, 100) : 'of no name';
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

/** A long list says no more than its beginning. */
export function listed(names: readonly string[]): string {
  const most = 20;
  const rest = names.length - most;
  return names.slice(0, most).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
