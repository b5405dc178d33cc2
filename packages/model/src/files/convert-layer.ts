import { ownActivations } from '../layers-of-our-own/activations.ts';
import { isKerasObject, isObject, type Json, type KerasLayer } from './keras-config.ts';
import type { KerasWriter } from './keras-writer.ts';
import { renameClass } from './layer-classes.ts';
import { initializerArguments, zeroWeights } from './zero-weights.ts';

/** One layer's arguments as TF.js names and writes them; meanings stay the same. */
export function convertLayerArguments(layer: KerasLayer, writer: KerasWriter): KerasLayer {
  // Layers of this package say so when they are saved.
  const { follows, ...given } = layer.config;
  const source = follows === 'keras' && writer === 'tfjs' ? 'keras-2' : writer;
  const config: Record<string, Json> = {};
  for (const key of initializerArguments) config[key] = zeroWeights;
  for (const [key, value] of Object.entries(given)) {
    if (!droppedArguments.has(key))
      config[renamedArguments[key] ?? key] = convertArgument(key, value, source);
  }
  return renameClass(layer.class_name, config, source);
}

/** Of no meaning to TF.js; an `optional` or `ragged` input is like any other once it is given. */
const droppedArguments = new Set(['ragged', 'optional']);

/** Keras 3 names on the left. */
const renamedArguments: Record<string, string> = { batch_shape: 'batch_input_shape' };

function convertArgument(key: string, value: Json, writer: KerasWriter): Json {
  if (key.endsWith('_initializer')) return zeroWeights;
  if (key.endsWith('_constraint')) return null;
  if (key.endsWith('_regularizer')) return convertRegularizer(value);
  if (key === 'activation' || key === 'recurrent_activation') return convertActivation(value, writer);
  if (key === 'dtype') return convertDtype(value);
  // Wrappers such as TimeDistributed hold a layer as an argument.
  if (/^(backward_)?layer$/.test(key) && isKerasObject(value)) {
    return convertLayerArguments(value, writer) as unknown as Json;
  }
  return value;
}

function convertRegularizer(value: Json): Json {
  if (!isKerasObject(value)) return null;
  const { l1, l2 } = value.config;
  switch (value.class_name) {
    case 'L1':
    case 'L2':
    case 'L1L2':
      return { class_name: 'L1L2', config: { l1: l1 ?? 0, l2: l2 ?? 0 } };
    default:
      return null;
  }
}

/** Activations are names; objects with a configuration come from activation layers used as arguments. */
function convertActivation(value: Json, writer: KerasWriter): Json {
  const name = functionOf(value);
  if (typeof name !== 'string') return name ?? null;
  if (name === 'silu') return 'swish';
  if (name === 'hard_sigmoid' && writer === 'keras-3') return 'kerasHardSigmoid';
  return (Object.hasOwn(ownActivations, name) ? ownActivations[name] : undefined) ?? name;
}

/** Keras writes functions as `{class_name: "function", config: "relu"}`, or by their names. */
function functionOf(value: Json): Json {
  if (!isObject(value)) return value;
  const { class_name: name = null, config = null } = value;
  return isObject(config) ? (config['name'] ?? name) : config;
}

/** TF.js computes in float32; weights of other precisions are converted when they are read. */
function convertDtype(value: Json): Json {
  return value === 'int32' || value === 'bool' ? value : 'float32';
}
