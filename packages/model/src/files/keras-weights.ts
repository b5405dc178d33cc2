import { ModelError } from '../errors.ts';
import { countValues, type FileLayer, type WeightSource } from './build-model.ts';
import type { Hdf5Group } from './hdf5/open-hdf5.ts';
import { isModelClass, layerName, layersOf, type KerasObject } from './keras-config.ts';
import { dropUnused, matchWeights } from './match-weights.ts';
import type { NamedTensor } from './safetensors.ts';

/**
 * The weights of a network in a `.weights.h5` of Keras 3, or of the Keras 2 that had its format: a tree of groups
 * `layers/<group>/vars/<n>`. A group is named for the class of its layer and its place among those of the class -
 * `conv2d`, `conv2d_1`, ... -, whatever the layer itself is called; nested models have groups `layers` of their own, and cells
 * and wrapped layers are groups named for the attribute that holds them.
 *
 * Source: `keras/src/saving/saving_lib.py` and `keras/src/utils/naming.py` of Keras 3.
 *
 * @param model as the file describes it: names of classes count
 * @throws ModelError `invalid-file`
 */
export async function readKerasWeights(
  name: string,
  model: KerasObject,
  file: Hdf5Group,
): Promise<WeightSource> {
  const layers = new Map<string, NamedTensor[]>();
  // Keras 2.12 called the groups of layers otherwise.
  const container = file.group('layers') ? 'layers' : '_layer_checkpoint_dependencies';
  await readLayers(name, file, container, model, [], layers);
  return {
    valueCount: countValues([...layers.values()].flat()),
    match: (built) => matchByPath(name, built, layers),
  };
}

async function readLayers(
  name: string,
  group: Hdf5Group,
  container: string,
  { config }: KerasObject,
  path: readonly string[],
  found: Map<string, NamedTensor[]>,
): Promise<void> {
  const groups = group.group(container);
  const used = new Map<string, number>();
  for (const layer of layersOf(config)) {
    const base = snakeCase(layer.class_name);
    const number = used.get(base) ?? 0;
    used.set(base, number + 1);
    const own = groups?.group(number === 0 ? base : `${base}_${number}`);
    const ownPath = [...path, layerName(layer)];
    if (!own) continue;
    if (isModelClass(layer.class_name)) await readLayers(name, own, container, layer, ownPath, found);
    else found.set(ownPath.join('/'), await readVariables(name, own, new Set()));
  }
}

/**
 * A layer's own variables, then those of the layers and cells it holds; states of random generators are left out.
 *
 * @param read groups of the layer that were read already: links of a damaged file may lead back, round and round
 * @throws ModelError `invalid-file`
 */
async function readVariables(name: string, layer: Hdf5Group, read: Set<number>): Promise<NamedTensor[]> {
  if (read.has(layer.id)) {
    throw new ModelError(
      'invalid-file',
      `${name} is a broken HDF5 file (a group of weights is part of itself). Fetch or save it again.`,
    );
  }
  read.add(layer.id);
  const variables = layer.group('vars');
  const numbers = [...(variables?.names() ?? [])].sort((a, b) => Number(a) - Number(b));
  const tensors: NamedTensor[] = [];
  for (const number of numbers) if (variables) tensors.push(await variables.tensor(number));
  // A bidirectional layer lists its forward part first.
  const held = [...layer.names()].sort(
    (a, b) => Number(b === 'forward_layer') - Number(a === 'forward_layer'),
  );
  for (const child of held) {
    const group = child === 'vars' || child.includes('seed_generator') ? undefined : layer.group(child);
    if (group) tensors.push(...(await readVariables(name, group, read)));
  }
  return tensors;
}

function matchByPath(
  name: string,
  built: readonly FileLayer[],
  layers: ReadonlyMap<string, readonly NamedTensor[]>,
): ReturnType<WeightSource['match']> {
  const left = new Map(layers);
  const pairs = built.flatMap(({ path, layer }) => {
    const key = path.join('/');
    const tensors = dropUnused(layer, left.get(key) ?? []);
    left.delete(key);
    return matchWeights(`layer ${key} of ${name}`, layer.weights, tensors);
  });
  const orphan = [...left].find(([, tensors]) => tensors.length > 0);
  if (orphan) {
    throw new ModelError(
      'invalid-file',
      `The weights in ${name} do not fit its network: layer ${orphan[0]} takes none. Save the model again as a whole.`,
    );
  }
  return new Map(pairs);
}

/** As Keras turns names of classes into those of groups: `Conv2D` becomes `conv2d`, `ReLU` `re_lu`. */
export function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
