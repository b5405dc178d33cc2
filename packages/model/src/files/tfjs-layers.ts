import * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import type { ModelParts } from './build-model.ts';
import { isKerasObject, isObject, type JsonObject, type KerasObject } from './keras-config.ts';
import { matchWeights } from './match-weights.ts';
import { parseMetadata } from './metadata.ts';
import type { OpenedSource } from './model-source.ts';
import type { NamedTensor } from './safetensors.ts';

/**
 * The network and the weights behind a TF.js `model.json`.
 *
 * @throws ModelError `unsupported-format` for a GraphModel, `invalid-file`, `not-found` for a missing shard.
 */
export async function readTfjsLayers(source: OpenedSource): Promise<ModelParts> {
  const { name } = source;
  const description = parse(source);
  const config = configOf(name, description);
  const tensors = await readTensors(source, manifestOf(name, description['weightsManifest']));
  return {
    name,
    config,
    metadata: parseMetadata(description['userDefinedMetadata']),
    weights: { match: (model) => new Map(matchByName(name, model, tensors)) },
  };
}

function parse({ name, bytes }: OpenedSource): Record<string, unknown> {
  let description: unknown;
  try {
    description = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new ModelError('invalid-file', `${name} is broken JSON. Fetch or save the model again.`, { cause });
  }
  if (isObject(description)) return { ...description };
  throw new ModelError('invalid-file', `${name} describes no model. Choose a TF.js model.json.`);
}

function configOf(name: string, description: Record<string, unknown>): KerasObject {
  const topology = description['modelTopology'];
  const isGraph =
    description['format'] === 'graph-model' ||
    (isObject(topology) && ('node' in topology || 'library' in topology));
  if (isGraph) {
    throw new ModelError(
      'unsupported-format',
      `${name} is a TF.js GraphModel, whose layers are dissolved into operations. Convert the original Keras model with ` +
        '`tensorflowjs_converter --input_format=keras --output_format=tfjs_layers_model`, or load its .h5 file.',
    );
  }
  const config = isObject(topology) && 'model_config' in topology ? topology['model_config'] : topology;
  if (isKerasObject(config)) return config;
  if (isObject(config) && typeof config['class_name'] === 'string' && Array.isArray(config['config'])) {
    // Early versions wrote a sequential model's layers without an object around them.
    return { class_name: config['class_name'], config: { layers: config['config'] } };
  }
  throw new ModelError(
    'invalid-file',
    `${name} describes no layers model (no modelTopology). Choose a TF.js model.json.`,
  );
}

interface WeightGroup {
  readonly paths: readonly string[];
  readonly weights: tf.io.WeightsManifestEntry[];
}

function manifestOf(name: string, manifest: unknown): readonly WeightGroup[] {
  const groups: readonly unknown[] = Array.isArray(manifest) ? manifest : [];
  if (groups.length === 0 || !groups.every(isWeightGroup)) {
    throw new ModelError(
      'invalid-file',
      `${name} names no weights (no weightsManifest). Save the model again as a whole.`,
    );
  }
  return groups;
}

/** The entries were written by TF.js; `decodeWeights` checks what it uses of them. */
function isWeightGroup(group: unknown): group is WeightGroup & JsonObject {
  return isObject(group) && Array.isArray(group['paths']) && Array.isArray(group['weights']);
}

async function readTensors(source: OpenedSource, manifest: readonly WeightGroup[]): Promise<NamedTensor[]> {
  const tensors: NamedTensor[] = [];
  for (const { paths, weights } of manifest) {
    const shards = await Promise.all(paths.map((path) => source.sibling(path)));
    const bytes = concatenate(shards);
    const entries = weights.filter(({ group }) => group !== 'optimizer');
    const expected = weights.reduce((sum, entry) => sum + byteLength(entry), 0);
    if (bytes.byteLength !== expected) {
      const sizes = paths.map((path, i) => `${path}: ${shards[i]?.byteLength ?? 0} bytes`).join(', ');
      throw new ModelError(
        'invalid-file',
        `The weights of ${source.name} are ${bytes.byteLength < expected ? 'truncated' : 'of another model'}: ` +
          `${expected} bytes were expected, ${bytes.byteLength} are there (${sizes}). Fetch or save the model again.`,
      );
    }
    const decoded = tf.io.decodeWeights(bytes.buffer, weights);
    try {
      for (const { name, shape } of entries) {
        const values = await decoded[name]?.data();
        tensors.push({ name, shape, values: Float32Array.from(values ?? []) });
      }
    } finally {
      tf.dispose(decoded);
    }
  }
  return tensors;
}

function matchByName(
  file: string,
  model: tf.LayersModel,
  tensors: readonly NamedTensor[],
): ReturnType<typeof matchWeights> {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const missing = model.weights.filter(({ originalName }) => !byName.has(originalName));
  // Converters put the scope of a cell or of an enclosing model into names; then only their ends agree.
  if (missing.length > 0 || byName.size !== model.weights.length)
    return matchWeights(file, model.weights, tensors);
  return model.weights.map((weight) => [weight, byName.get(weight.originalName)!]);
}

/** What an entry of the manifest takes up in the shards. */
function byteLength({ shape, dtype, quantization }: tf.io.WeightsManifestEntry): number {
  const size = shape.reduce((product, length) => product * length, 1);
  return size * (bytesPerValue[quantization?.dtype ?? dtype] ?? 0);
}

const bytesPerValue: Record<string, number> = {
  float32: 4,
  int32: 4,
  complex64: 8,
  float16: 2,
  uint16: 2,
  uint8: 1,
  bool: 1,
};

function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { byteLength: length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}
