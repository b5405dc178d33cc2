import { ModelError } from '../errors.ts';
import type { ModelParts, WeightSource } from './build-model.ts';
import { fileKind } from './file-kind.ts';
import { openHdf5, type Hdf5Group } from './hdf5/open-hdf5.ts';
import { parseJson } from './json.ts';
import { architectureIn, type KerasArchitecture } from './keras-architecture.ts';
import { isObject } from './keras-config.ts';
import { readKerasH5, readLayerWeights } from './keras-h5.ts';
import { readKerasWeights } from './keras-weights.ts';
import { unzipKeras } from './keras-zip.ts';
import { writerOf } from './keras-writer.ts';
import { limits } from './limits.ts';
import type { OpenedSource } from './model-source.ts';
import { checkTopology } from './topology-schema.ts';

/** @throws ModelError `invalid-file`, `unsupported-format` for a zip archive of something else */
export async function readKerasArchive({ name, bytes, turn }: OpenedSource): Promise<ModelParts> {
  const archive = await unzipKeras(name, bytes, turn);
  const description = parseJson(`config.json in ${name}`, archive.config);
  const metadata = archive.metadata && parseJson(`metadata.json in ${name}`, archive.metadata);
  const version = isObject(metadata) ? metadata['keras_version'] : undefined;
  const config = checkTopology(`config.json in ${name}`, description, '');
  // Keras 2 wrote archives as well, since 2.12.
  const writer = writerOf(version);
  const file = openHdf5(`model.weights.h5 in ${name}`, archive.weights, turn);
  return { name, config, writer, metadata: {}, weights: await readKerasWeights(name, config, file) };
}

/**
 * A whole `.h5` model, or weights alone with the network of `model.to_json()` beside them.
 *
 * @throws ModelError `invalid-file`, `unsupported-format` where there is no network
 */
export async function readHdf5(source: OpenedSource): Promise<ModelParts> {
  const { name, bytes, turn } = source;
  const file = openHdf5(name, bytes, turn);
  if (file.texts('model_config') !== undefined || !holdsWeights(file)) return readKerasH5(name, file);
  const stem = name.replace(/(\.weights)?\.(h5|hdf5)$/i, '').replace(/^.*[/\\]/, '');
  const found = await source.beside(
    [`${stem}.json`, 'config.json', 'model.json', /\.json$/i],
    limits.jsonBytes,
  );
  const network = found && architectureIn(parseJson(found.name, found.bytes));
  if (!found || !network) {
    throw new ModelError(
      'unsupported-format',
      `${name} holds no network, only weights. Save the whole model in Keras, model.save('model.keras'), or give the text of ` +
        `model.to_json() as ${stem}.json beside it.`,
    );
  }
  return partsOf(found.name, network, name, file);
}

/**
 * The network of a JSON file, which names no weights, with those beside it.
 *
 * @throws ModelError `unsupported-format` where there are none
 */
export async function readArchitecture(
  source: OpenedSource,
  network: KerasArchitecture,
): Promise<ModelParts> {
  const { name } = source;
  const stem = name.replace(/\.json$/i, '').replace(/^.*[/\\]/, '');
  const names = [`${stem}.weights.h5`, 'model.weights.h5', `${stem}.h5`, /\.(h5|hdf5)$/i];
  const found = await source.beside(names, limits.fileBytes);
  if (!found) {
    throw new ModelError(
      'unsupported-format',
      `${name} is an architecture without weights. Give the weights too, as ${stem}.weights.h5 beside it ` +
        `(model.save_weights('${stem}.weights.h5')), or save the whole model in Keras, model.save('model.keras').`,
    );
  }
  if (fileKind(found.name, found.bytes) !== 'hdf5') {
    throw new ModelError(
      'invalid-file',
      `${found.name} holds no weights of Keras. Save them again: model.save_weights.`,
    );
  }
  return partsOf(name, network, found.name, openHdf5(found.name, found.bytes, source.turn));
}

async function partsOf(
  name: string,
  { model, writer }: KerasArchitecture,
  weightsName: string,
  file: Hdf5Group,
): Promise<ModelParts> {
  const config = checkTopology(name, model, '');
  let weights: WeightSource;
  if (hasLayerNames(file)) weights = await readLayerWeights(weightsName, file);
  else if (file.texts('model_config') === undefined)
    weights = await readKerasWeights(weightsName, config, file);
  else weights = (await readKerasH5(weightsName, file)).weights;
  return { name, config, writer, metadata: {}, weights };
}

function holdsWeights(file: Hdf5Group): boolean {
  return (
    hasLayerNames(file) || file.names().some((name) => /^(layers|_layer_checkpoint_dependencies)$/.test(name))
  );
}

function hasLayerNames(file: Hdf5Group): boolean {
  return (file.texts('layer_names') ?? file.texts('layer_names0')) !== undefined;
}
