import { ModelError } from '../errors.ts';
import { countValues, type FileLayer, type ModelParts } from './build-model.ts';
import type { Json } from './json.ts';
import { isObject, withLayersInObject, type JsonObject } from './keras-config.ts';
import { writerOf } from './keras-writer.ts';
import { matchWeights, withoutStates } from './match-weights.ts';
import { parseMetadata } from './metadata.ts';
import type { OpenedSource } from './model-source.ts';
import type { NamedTensor } from './safetensors.ts';
import { readStoredWeights } from './stored-weights.ts';
import { checkTopology } from './topology-schema.ts';
import { readManifest, type WeightsManifest } from './weights-manifest.ts';

/**
 * The network and the weights behind a TF.js `model.json`.
 *
 * @throws ModelError `unsupported-format` for weights without a network, `invalid-file`, `not-found` for a missing shard.
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
  const stored = await readStoredWeights(source, manifest);
  return stored
    .filter(({ group }) => group !== 'optimizer')
    .map(({ name, shape, read }) => ({ name, shape, values: inFloat32(read()) }));
}

function inFloat32(values: Float32Array | Float64Array): Float32Array {
  return values instanceof Float32Array ? values : Float32Array.from(values);
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
