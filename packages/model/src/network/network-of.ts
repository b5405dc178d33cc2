import type * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import { LayersNetwork } from '../layers/layers-network.ts';
import type { Network } from './network.ts';

/** What is accepted where a network is asked for. */
export type NetworkSource = tf.LayersModel | tf.GraphModel | Network;

interface Wrapped {
  /** What the model consisted of: a `tf.Sequential` may get more layers. */
  readonly outputs: readonly tf.SymbolicTensor[];
  readonly network: Network;
}

const wrapped = new WeakMap<tf.LayersModel, Wrapped>();
/** A GraphModel does not change. */
const graphModels = new WeakMap<tf.GraphModel, Network>();

/** Weights on TensorFlow.js's backend are not counted by the garbage collector: those of a forgotten model are freed. */
const forgotten = new FinalizationRegistry<{ dispose(): void }>((network) => {
  network.dispose();
});

/**
 * Returns the network of a model; the same for the same model.
 *
 * What reads a `tf.GraphModel` is fetched when the first one comes: pages with layers alone need none of it.
 *
 * @throws ModelError `invalid-option` for anything else, with what to give instead; `unsupported-layer` for a model whose
 *   layers are not connected, or in which a mask has an effect, and for a `tf.GraphModel` whose outputs need what nobody runs at once
 */
export async function networkOf(source: NetworkSource): Promise<Network> {
  if (isNetwork(source)) return source;
  if (isLayersModel(source)) return networkOfLayers(source);
  if (!isGraphModel(source)) throw noModel(source);
  const { networkOfGraphModel } = await import('../graph-model/of-object.ts');
  // Another call may have made it meanwhile.
  const known = graphModels.get(source);
  if (known) return known;
  const network = networkOfGraphModel(source);
  graphModels.set(source, network);
  forgotten.register(source, network);
  return network;
}

/** `networkOf` for layers, which needs nothing to be fetched. @throws ModelError `unsupported-layer` as it does */
export function networkOfLayers(model: tf.LayersModel): Network {
  const known = wrapped.get(model);
  if (known?.outputs.every((output, i) => output === model.outputs[i])) return known.network;
  const network = new LayersNetwork(model);
  wrapped.set(model, { outputs: [...model.outputs], network });
  return network;
}

function isNetwork(source: NetworkSource): source is Network {
  return hasFunction(source, 'at') && 'layers' in source && 'outputs' in source;
}

function isGraphModel(source: unknown): source is tf.GraphModel {
  return hasFunction(source, 'execute') && hasFunction(source, 'predict');
}

export function isLayersModel(source: unknown): source is tf.LayersModel {
  return hasFunction(source, 'predict') && hasFunction(source, 'getLayer');
}

function hasFunction(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function';
}

function noModel(source: unknown): ModelError {
  const [what, remedy] = describe(source);
  return new ModelError(
    'invalid-option',
    `A tf.LayersModel or tf.GraphModel was expected as the model, got ${what}. ${remedy}`,
  );
}

function holdsOne(source: unknown): boolean {
  if (typeof source !== 'object' || source === null) return false;
  const model: unknown = Reflect.get(source, 'model');
  return isLayersModel(model) || isGraphModel(model) || hasFunction(Reflect.get(source, 'network'), 'at');
}

function describe(source: unknown): [what: string, remedy: string] {
  if (hasFunction(source, 'then')) return ['a promise', 'Await it first: `await loadModel(...)`.'];
  if (holdsOne(source)) {
    return [
      'an object that holds one',
      'Give its field `network`: `const { network } = await loadModel(...)`.',
    ];
  }
  const load = "Load one: `const { network } = await loadModel('net/model.json')`.";
  if (typeof source === 'string') return [`the text ${JSON.stringify(source)}`, load];
  return [source === null || source === undefined ? 'nothing' : `a value of type ${typeof source}`, load];
}
