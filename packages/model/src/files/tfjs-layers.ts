import * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import { countValues, type FileLayer, type ModelParts } from './build-model.ts';
import type { Json } from './json.ts';
import { isObject, withLayersInObject, type JsonObject } from './keras-config.ts';
import { writerOf } from './keras-writer.ts';
import { matchWeights, withoutStates } from './match-weights.ts';
import { parseMetadata } from './metadata.ts';
import type { OpenedSource } from './model-source.ts';
import type { NamedTensor } from './safetensors.ts';
import { checkTopology } from './topology-schema.ts';
import { entryBytes, readManifest, type WeightsManifest } from './weights-manifest.ts';

/**
 * The network and the weights behind a TF.js `model.json`.
 *
 * @throws ModelError `unsupported-format` for a GraphModel, `invalid-file`, `not-found` for a missing shard.
 */
export async function readTfjsLayers(source: OpenedSource, description: Json): Promise<ModelParts> {
  const { name } = source;
  if (Array.isArray(description) && description.some((group) => isObject(group) && 'paths' in group)) {
    throw new ModelError(
      'unsupported-format',
      `${name} is a weights manifest without a network, as older converters wrote it. Convert the Keras model again: ` +
        '`tensorflowjs_converter --input_format=keras model.h5 folder`.',
    );
  }
  if (!isObject(description)) {
    throw new ModelError('invalid-file', `${name} describes no model. Choose a TF.js model.json.`);
  }
  const { config, writer } = configOf(name, description);
  const tensors = withoutStates(
    await readTensors(source, readManifest(name, description['weightsManifest'])),
  );
  return {
    name,
    config,
    writer,
    metadata: parseMetadata(description['userDefinedMetadata']),
    weights: {
      valueCount: countValues(tensors),
      match: (layers) => new Map(matchByName(name, layers, tensors)),
    },
  };
}

function configOf(name: string, description: JsonObject): Pick<ModelParts, 'config' | 'writer'> {
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
  if (!isObject(topology)) {
    throw new ModelError(
      'invalid-file',
      `${name} describes no layers model (no modelTopology). Choose a TF.js model.json.`,
    );
  }
  const isWrapped = 'model_config' in topology;
  const config = isWrapped ? topology['model_config'] : topology;
  const path = isWrapped ? 'modelTopology.model_config' : 'modelTopology';
  // What says who wrote it lies beside the network, or in its configuration.
  const versions = [description['generatedBy'], topology['keras_version']];
  const isTfjs = versions.some(
    (version) => typeof version === 'string' && /^(tfjs|TensorFlow\.js)/.test(version),
  );
  const writer = isTfjs ? 'tfjs' : writerOf(topology['keras_version']);
  return { config: checkTopology(name, withLayersInObject(config), path), writer };
}

async function readTensors(source: OpenedSource, manifest: WeightsManifest): Promise<NamedTensor[]> {
  const tensors: NamedTensor[] = [];
  for (const { paths, weights } of manifest) {
    const entries = weights.filter(({ group }) => group !== 'optimizer');
    const expected = weights.reduce((sum, entry) => sum + entryBytes(entry), 0);
    const shards: Uint8Array[] = [];
    let left = expected;
    for (const path of paths) {
      const shard = await source.sibling(path, left);
      shards.push(shard);
      left -= shard.byteLength;
    }
    if (left !== 0) {
      const sizes = paths.map((path, i) => `${path}: ${shards[i]?.byteLength ?? 0} bytes`).join(', ');
      throw new ModelError(
        'invalid-file',
        `The weights of ${source.name} are truncated: ${expected} bytes were expected, ${expected - left} are there ` +
          `(${sizes}). Fetch or save the model again.`,
      );
    }
    const bytes = concatenate(shards);
    const decoded = decodeWeights(source.name, bytes, weights);
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

/** @throws ModelError `invalid-file`. */
function decodeWeights(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  weights: WeightsManifest[number]['weights'],
): tf.NamedTensorMap {
  try {
    return tf.io.decodeWeights(bytes.buffer, weights as tf.io.WeightsManifestEntry[]);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ModelError(
      'invalid-file',
      `TF.js cannot decode the weights of ${name}: ${reason.replace(/\s+/g, ' ')}`,
      { cause },
    );
  }
}

function matchByName(
  file: string,
  layers: readonly FileLayer[],
  tensors: readonly NamedTensor[],
): ReturnType<typeof matchWeights> {
  const weights = layers.flatMap(({ layer }) => layer.weights);
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const missing = weights.filter(({ originalName }) => !byName.has(originalName));
  // Converters put the scope of a cell or of an enclosing model into names; then only their ends agree.
  if (missing.length > 0 || byName.size !== weights.length) return matchWeights(file, weights, tensors);
  return weights.map((weight) => [weight, byName.get(weight.originalName)!]);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { byteLength: length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}
