import * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import {
  isModelClass,
  layersOf,
  type Json,
  type JsonObject,
  type KerasLayer,
  type KerasObject,
} from './keras-config.ts';

/**
 * Names everything in a converted configuration that TF.js does not have, at once - TF.js itself stops at the first
 * layer, ignores arguments it does not know, and never ends on a graph that refers to a layer that is not there.
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
  const missing = layers.flatMap((layer) => missingFrom(layer).map((what) => `${nameOf(layer)} (${what})`));
  if (missing.length > 0) {
    throw new ModelError(
      'unsupported-layer',
      `TF.js cannot compute these layers of ${file}: ${missing.join(', ')}. Replace them in the model and save it again.`,
    );
  }
  checkLinks(file, class_name, config);
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

/** Follows the calls of every functional model from its inputs; a call that is never reached has lost its input. */
function checkLinks(file: string, className: string, config: JsonObject): void {
  const layers = layersOf(config);
  for (const layer of layers) {
    if (isModelClass(layer.class_name)) checkLinks(file, layer.class_name, layer.config);
  }
  if (className === 'Sequential') return;
  const calls = new Map(layers.map((layer) => [nameOf(layer), callsOf(layer)]));
  const made = new Map<string, number>();
  const isMade = ([source, call]: [string, number]): boolean => (made.get(source) ?? 0) > call;
  for (let advanced = true; advanced;) {
    advanced = false;
    for (const [name, inputs] of calls) {
      const next = made.get(name) ?? 0;
      if (inputs[next]?.every(isMade) !== true) continue;
      made.set(name, next + 1);
      advanced = true;
    }
  }
  const stuck = [...calls]
    .filter(([name, inputs]) => (made.get(name) ?? 0) < inputs.length)
    .map(([name]) => name);
  if (stuck.length > 0) {
    throw new ModelError(
      'invalid-file',
      `The network in ${file} is broken: ${stuck.join(', ')} take inputs from layers that are not there. Save it again.`,
    );
  }
}

/** For each call of a layer the layers it reads from, with the number of their call. */
function callsOf(layer: KerasLayer): [name: string, call: number][][] {
  const nodes = (layer.inbound_nodes ?? []) as readonly (readonly Json[])[];
  const calls = nodes.map((node) =>
    node.map((input): [string, number] => {
      const [name, call] = Array.isArray(input) ? (input as Json[]) : [];
      return [textOf(name), Number(call)];
    }),
  );
  // What an input layer and the inside of a nested model give is there without any input from outside.
  const startsByItself = layer.class_name === 'InputLayer' || isModelClass(layer.class_name);
  return startsByItself ? [[], ...calls] : calls;
}

function nameOf(layer: KerasLayer): string {
  return layer.name ?? textOf(layer.config['name']);
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

function isNonZero(value: Json | undefined): boolean {
  return typeof value === 'number' && value !== 0;
}
