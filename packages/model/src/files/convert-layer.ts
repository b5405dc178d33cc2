import { isKerasObject, type Json, type JsonObject, type KerasLayer } from './keras-config.ts';
import { initializerArguments, zeroWeights } from './zero-weights.ts';

/** One layer's arguments as TF.js names and writes them; meanings stay the same. */
export function convertLayerArguments(layer: KerasLayer): KerasLayer {
  const config: Record<string, Json> = {};
  for (const key of initializerArguments) config[key] = zeroWeights;
  for (const [key, value] of Object.entries(layer.config)) {
    if (!droppedArguments.has(key)) config[renamedArguments[key] ?? key] = convertArgument(key, value);
  }
  return renameClass(layer.class_name, config);
}

/** Of no meaning to TF.js; an `optional` or `ragged` input is like any other once it is given. */
const droppedArguments = new Set(['ragged', 'optional']);

/** Keras 3 names on the left. */
const renamedArguments: Record<string, string> = { batch_shape: 'batch_input_shape' };

function convertArgument(key: string, value: Json): Json {
  if (key.endsWith('_initializer')) return zeroWeights;
  if (key.endsWith('_constraint')) return null;
  if (key.endsWith('_regularizer')) return convertRegularizer(value);
  if (key === 'activation' || key === 'recurrent_activation') return convertActivation(value);
  if (key === 'dtype') return convertDtype(value);
  // Wrappers such as TimeDistributed hold a layer as an argument.
  if (key === 'layer' && isKerasObject(value)) return convertLayerArguments(value) as unknown as Json;
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
function convertActivation(value: Json): Json {
  const name = isKerasObject(value) ? (value.config['name'] ?? value.class_name) : value;
  return name === 'silu' ? 'swish' : (name ?? null);
}

/** TF.js computes in float32; weights of other precisions are converted when they are read. */
function convertDtype(value: Json): Json {
  return value === 'int32' || value === 'bool' ? value : 'float32';
}

/** Layers that go by another class or argument name in TF.js. */
function renameClass(className: string, config: Record<string, Json>): KerasLayer {
  switch (className) {
    case 'BatchNormalizationV1':
    case 'SyncBatchNormalization':
      return { class_name: 'BatchNormalization', config: singleAxis(config) };
    case 'LeakyReLU': {
      const { negative_slope: slope, ...rest } = config;
      return { class_name: className, config: slope === undefined ? rest : { ...rest, alpha: slope } };
    }
    case 'ReLU':
      return convertRelu(config);
    default:
      return { class_name: className, config: singleAxis(config) };
  }
}

/** A ReLU with a slope is a leaky one; TF.js's own has a ceiling only. */
function convertRelu(config: Record<string, Json>): KerasLayer {
  const { negative_slope: slope, threshold, max_value: ceiling, ...rest } = config;
  const hasThreshold = typeof threshold === 'number' && threshold !== 0;
  if (typeof slope === 'number' && slope !== 0 && !hasThreshold && (ceiling ?? null) === null) {
    return { class_name: 'LeakyReLU', config: { ...rest, alpha: slope } };
  }
  return { class_name: 'ReLU', config };
}

/** Keras saves the axis of a batch normalisation as a list of one. */
function singleAxis(config: Record<string, Json>): JsonObject {
  const { axis } = config;
  return Array.isArray(axis) && typeof axis[0] === 'number' && axis.length === 1
    ? { ...config, axis: axis[0] }
    : config;
}
