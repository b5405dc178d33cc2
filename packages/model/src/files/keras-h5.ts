import { ModelError } from '../errors.ts';
import { countValues, type ModelParts } from './build-model.ts';
import { openHdf5, type Hdf5Group } from './hdf5/open-hdf5.ts';
import { parseJson } from './json.ts';
import { withLayersInObject, type KerasObject } from './keras-config.ts';
import { matchWeights } from './match-weights.ts';
import type { NamedTensor } from './safetensors.ts';
import { checkTopology } from './topology-schema.ts';

/**
 * The network and the weights in an HDF5 file written by `model.save` of Keras.
 *
 * @throws ModelError `invalid-file` for a truncated or broken file, `unsupported-format` for one without a network.
 */
export async function readKerasH5(name: string, bytes: Uint8Array): Promise<ModelParts> {
  const file = openHdf5(name, bytes);
  const config = configOf(name, file);
  const layers = await readLayers(name, file.group('model_weights'));
  return {
    name,
    config,
    metadata: {},
    weights: {
      valueCount: countValues([...layers.values()].flat()),
      match: (model) => {
        const left = new Map(layers);
        const pairs = model.layers.flatMap((layer) => {
          const tensors = left.get(layer.name) ?? [];
          left.delete(layer.name);
          return matchWeights(`layer ${layer.name} of ${name}`, layer.weights, tensors);
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
    },
  };
}

function configOf(name: string, file: Hdf5Group): KerasObject {
  const [text] = file.texts('model_config') ?? [];
  if (text === undefined) {
    throw new ModelError(
      'unsupported-format',
      `${name} holds no network${file.texts('layer_names') !== undefined ? ', only weights' : ''}: save the whole model in Keras, model.save('model.h5').`,
    );
  }
  const where = `the network in ${name}`;
  return checkTopology(where, withLayersInObject(parseJson(where, text)), '');
}

/** The tensors of each layer, in the order Keras saved them. */
async function readLayers(name: string, weights: Hdf5Group | undefined): Promise<Map<string, NamedTensor[]>> {
  if (weights === undefined) {
    throw new ModelError(
      'invalid-file',
      `${name} holds a network without weights. Save the model again as a whole.`,
    );
  }
  const layers = new Map<string, NamedTensor[]>();
  for (const layer of namesOf(weights, 'layer_names')) {
    const group = weights.group(layer);
    const tensors: NamedTensor[] = [];
    if (group !== undefined) {
      for (const path of namesOf(group, 'weight_names')) tensors.push(await group.tensor(path));
    }
    layers.set(layer, tensors);
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
