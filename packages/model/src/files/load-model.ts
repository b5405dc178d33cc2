import * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import { readyBackend } from '../backend/ready-backend.ts';
import { isGraphModelFile, loadGraphModel } from '../graph-model/load-graph-model.ts';
import { networkOfLayers } from '../network/network-of.ts';
import type { Network } from '../network/network.ts';
import { isOnnx } from '../onnx/is-onnx.ts';
import { readBeside } from './beside-model.ts';
import { buildModel, type ModelParts } from './build-model.ts';
import { checkSeal } from './checksum.ts';
import { fileKind } from './file-kind.ts';
import { scaleOfNetwork } from './input-scale.ts';
import { parseJson, type Json, type JsonObject } from './json.ts';
import { architectureIn } from './keras-architecture.ts';
import { parseMetadata, type PictureDescription, type ModelMetadata } from './metadata.ts';
import { openSource, type ModelSource, type OpenedSource } from './model-source.ts';
import { readTfjsLayers } from './tfjs-layers.ts';

/** What came out of a file; what kind of model it is, `format` tells. */
export type LoadedModel = LoadedLayersModel | LoadedGraph;

/** A model of layers, which can be trained, evaluated and saved as well. */
export interface LoadedLayersModel extends Loaded {
  readonly format: 'tfjs-layers' | 'keras' | 'keras-h5';
  readonly model: tf.LayersModel;
}

/** A network that is a graph of operations: it can be explained. */
export interface LoadedGraph extends Loaded {
  readonly format: 'onnx' | 'tfjs-graph';
  /** There are no layers of TensorFlow.js. */
  readonly model: null;
}

/** How `loadModel` and `loadLayersModel` load. */
export interface LoadOptions {
  /** Ends loading between two files, or two tensors of one; `AbortSignal.timeout` limits its time. */
  readonly signal?: AbortSignal | undefined;
}

interface Loaded {
  /** What explainers take. Reading it fails as `networkOf` does for a model that cannot be explained. */
  readonly network: Network;
  /** How many weights it has. */
  readonly parameters: number;
  readonly metadata: ModelMetadata;
  /**
   * Frees the weights; to be called by whoever loaded the model. (`model.dispose()` of TF.js 4.22 keeps those of layers
   * that are called more than once.)
   */
  readonly dispose: () => void;
}

/**
 * Loads a TF.js Layers model or GraphModel (`model.json` and its shards), a `.keras` or `.h5` model of Keras 2 or 3, the text of
 * `model.to_json()` and a file of weights together (sequential or functional models, nested ones too), or an ONNX file (with the
 * files of weights it names) onto the current backend (a first one is brought up where there is none). The format is told by the
 * content, not by the name. What is loaded has its channels last, whatever the file has.
 *
 * Initialisers, constraints and training configurations are left behind; regularisers are kept where TF.js has them. A
 * failed load leaves no tensors behind.
 *
 * @throws ModelError `not-found`; `invalid-file` for a broken or truncated file or weights that do not fit;
 * `unsupported-format` for others, with the way to convert them;
 * `unsupported-layer` for layers or options TF.js does not have; the signal's reason.
 */
export async function loadModel(source: ModelSource, { signal }: LoadOptions = {}): Promise<LoadedModel> {
  const opened = await openSource(source, signal);
  await readyBackend();
  if (isOnnx(opened.bytes)) return loadOnnxFile(opened);
  const contents = await contentsOf(opened);
  return contents.kind === 'json' && isGraphModelFile(contents.description)
    ? loadGraphModelFile(opened, contents.description)
    : loadLayers(opened, contents);
}

/**
 * Loads a model as `loadModel` does that has to be a `tf.LayersModel`, to be trained, evaluated or saved.
 *
 * @throws ModelError as `loadModel`, and `unsupported-format` for an ONNX file or a GraphModel
 */
export async function loadLayersModel(
  source: ModelSource,
  { signal }: LoadOptions = {},
): Promise<LoadedLayersModel> {
  const opened = await openSource(source, signal);
  if (isOnnx(opened.bytes)) throw noLayers(opened, 'an ONNX file');
  const contents = await contentsOf(opened);
  if (contents.kind === 'json' && isGraphModelFile(contents.description))
    throw noLayers(opened, 'a TF.js GraphModel');
  await readyBackend();
  return loadLayers(opened, contents);
}

function noLayers({ name }: OpenedSource, what: string): ModelError {
  return new ModelError(
    'unsupported-format',
    `${name} is ${what}, whose network can be explained, but a model of layers was expected here. Give a TF.js Layers model.json ` +
      '(`tensorflowjs_converter --output_format=tfjs_layers_model`) or a Keras .keras or .h5 file.',
  );
}

async function loadLayers(opened: OpenedSource, contents: Contents): Promise<LoadedLayersModel> {
  const { format, parts } = await readParts(opened, contents);
  await opened.turn();
  const beside = await readBeside(opened);
  const { model, hadChannelsFirst } = await buildModel(parts);
  const variables = model.weights.map((weight) => weight.read());
  const scale = await scaleOfNetwork(model);
  const input: PictureDescription = {
    ...beside.input,
    ...(scale && { scale }),
    ...(hadChannelsFirst && { channelsFirst: true }),
  };
  return {
    // A model that nobody explains may be one that cannot be.
    get network() {
      return networkOfLayers(model);
    },
    model,
    parameters: model.countParams(),
    format,
    // What is in the file itself counts before what lies beside it.
    metadata: { ...beside, ...parts.metadata, ...(Object.keys(input).length > 0 && { input }) },
    dispose: () => {
      tf.dispose(variables);
    },
  };
}

async function loadOnnxFile(opened: OpenedSource): Promise<LoadedGraph> {
  // Fetched when it is needed: pages that load no such file do without what reads them.
  const { loadOnnx } = await import('../onnx/load-onnx.ts');
  return loadedGraph('onnx', await loadOnnx(opened), await readBeside(opened));
}

async function loadGraphModelFile(opened: OpenedSource, description: JsonObject): Promise<LoadedGraph> {
  const network = await loadGraphModel(opened, description);
  const metadata = parseMetadata(description['userDefinedMetadata']);
  return loadedGraph('tfjs-graph', network, { ...(await readBeside(opened)), ...metadata });
}

function loadedGraph(
  format: LoadedGraph['format'],
  network: Network & { readonly parameters: number; dispose(): void },
  metadata: ModelMetadata,
): LoadedGraph {
  return {
    network,
    model: null,
    parameters: network.parameters,
    format,
    metadata,
    dispose: () => {
      network.dispose();
    },
  };
}

/** What kind of file it is; JSON is parsed once. */
type Contents = { readonly kind: 'hdf5' | 'zip' } | { readonly kind: 'json'; readonly description: Json };

async function contentsOf({ name, bytes }: OpenedSource): Promise<Contents> {
  const kind = fileKind(name, bytes);
  if (kind !== 'json') return { kind };
  await checkSeal(name, bytes);
  return { kind, description: parseJson(name, bytes) };
}

async function readParts(
  opened: OpenedSource,
  contents: Contents,
): Promise<{ format: LoadedLayersModel['format']; parts: ModelParts }> {
  // Fetched when it is needed, like what reads ONNX.
  const keras = () => import('./keras-parts.ts');
  switch (contents.kind) {
    case 'hdf5':
      return { format: 'keras-h5', parts: await (await keras()).readHdf5(opened) };
    case 'zip':
      return { format: 'keras', parts: await (await keras()).readKerasArchive(opened) };
    case 'json': {
      const { description } = contents;
      const network = architectureIn(description);
      return network
        ? { format: 'keras-h5', parts: await (await keras()).readArchitecture(opened, network) }
        : { format: 'tfjs-layers', parts: await readTfjsLayers(opened, description) };
    }
  }
}
