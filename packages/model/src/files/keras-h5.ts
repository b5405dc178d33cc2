import { ModelError } from '../errors.ts';
import { countValues, type FileLayer, type ModelParts, type WeightSource } from './build-model.ts';
import type { Hdf5Group } from './hdf5/open-hdf5.ts';
import { parseJson } from './json.ts';
import { withLayersInObject } from './keras-config.ts';
import { writerOf } from './keras-writer.ts';
import { matchWeights, withoutStates } from './match-weights.ts';
import type { NamedTensor } from './safetensors.ts';
import { checkTopology } from './topology-schema.ts';

/**
 * The network and the weights in an HDF5 file written by `model.save` of Keras.
 *
 * @throws ModelError `invalid-file` for a truncated or broken file, `unsupported-format` for one without a network.
 */
export async function readKerasH5(name: string, file: Hdf5Group): Promise<ModelParts> {
  const { config, writer } = configOf(name, file);
  const weights = file.group('model_weights');
  if (weights === undefined) {
    throw new ModelError(
      'invalid-file',
      `${name} holds a network without weights. Save the model again as a whole.`,
    );
  }
  return { name, config, writer, metadata: {}, weights: await readLayerWeights(name, weights) };
}

/**
 * The weights in a group with one group a layer, named for it, as Keras 2 and the `.h5` files of Keras 3 have them; a nested
 * model is one layer.
 *
 * @throws ModelError `invalid-file`
 */
export async function readLayerWeights(name: string, group: Hdf5Group): Promise<WeightSource> {
  const layers = await readLayers(group);
  return {
    valueCount: countValues([...layers.values()].flat()),
    match: (built) => {
      const left = new Map(layers);
      const owners = new Map<string, FileLayer[]>();
      for (const layer of built) {
        const [owner = ''] = layer.path;
        const parts = owners.get(owner);
        if (parts) parts.push(layer);
        else owners.set(owner, [layer]);
      }
      const pairs = [...owners].flatMap(([owner, parts]) => {
        const tensors = left.get(owner) ?? [];
        left.delete(owner);
        // As Keras lists those of a model: what it trains first.
        const trained = parts.flatMap(({ layer }) => layer.trainableWeights);
        const others = parts.flatMap(({ layer }) => layer.nonTrainableWeights);
        return matchWeights(`layer ${owner} of ${name}`, [...trained, ...others], tensors);
      });
      const orphans = [...left].filter(([, tensors]) => tensors.length > 0).map(([layer]) => layer);
      if (orphans.length > 0) {
        throw new ModelError(
          'invalid-file',
          `The weights do not fit the network in ${name}: it has no layers ${orphans.join(', ')}. Save the model again as a whole.`,
        );
      }
      return new Map(pairs);
    },
  };
}

function configOf(name: string, file: Hdf5Group): Pick<ModelParts, 'config' | 'writer'> {
  const [text] = file.texts('model_config') ?? [];
  if (text === undefined) {
    throw new ModelError(
      'unsupported-format',
      `${name} holds no network: save the whole model in Keras, model.save('model.keras').`,
    );
  }
  const where = `the network in ${name}`;
  const config = checkTopology(where, withLayersInObject(parseJson(where, text)), '');
  const [version] = file.texts('keras_version') ?? [];
  return { config, writer: writerOf(version) };
}

/** The tensors of each layer, in the order Keras saved them. */
async function readLayers(weights: Hdf5Group): Promise<Map<string, NamedTensor[]>> {
  const layers = new Map<string, NamedTensor[]>();
  for (const layer of namesOf(weights, 'layer_names')) {
    const group = weights.group(layer);
    const tensors: NamedTensor[] = [];
    if (group !== undefined) {
      for (const path of namesOf(group, 'weight_names')) tensors.push(await group.tensor(path));
    }
    layers.set(layer, withoutStates(tensors));
  }
  return layers;
}

/** A list of names; Keras splits a long one over `layer_names0`, `layer_names1`, ... */
function namesOf(group: Hdf5Group, key: string): readonly string[] {
  const whole = group.texts(key);
  if (whole !== undefined) return whole;
  const names: string[] = [];
  for (let chunk = 0; ; chunk++) {
    const part = group.texts(`${key}${chunk}`);
    if (part === undefined) return names;
    names.push(...part);
  }
}
