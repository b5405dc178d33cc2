import type * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../files/keras-config.ts';
import { storedWeights } from '../files/stored-weights.ts';
import { WeightBytes } from '../files/weight-bytes.ts';
import { readManifest } from '../files/weights-manifest.ts';
import type { GraphNetwork } from '../nodes/graph-network.ts';
import type { GraphModelNode, GraphModelWeight } from './graph-model-file.ts';
import { graphModelNetwork, signatureIn } from './load-graph-model.ts';

const NAME = 'the tf.GraphModel';

/**
 * Returns the network of a `tf.GraphModel`. It is read, not run: out of what TensorFlow.js loaded, which it keeps for `save`.
 *
 * @throws ModelError `invalid-option` for one that was not loaded, and as `graphModelNetwork` does
 */
export function networkOfGraphModel(model: tf.GraphModel): GraphNetwork<GraphModelNode> {
  const artifacts: unknown = Reflect.get(model, 'artifacts');
  if (!isObject(artifacts) || !isObject(artifacts['modelTopology'])) {
    throw new ModelError(
      'invalid-option',
      'The tf.GraphModel has no network in it: load it first, with `await tf.loadGraphModel(...)`, or give its model.json to loadModel.',
    );
  }
  return graphModelNetwork({
    name: NAME,
    topology: artifacts['modelTopology'],
    signature: signatureIn(artifacts),
    weights: weightsIn(model, artifacts),
  });
}

function weightsIn(model: tf.GraphModel, artifacts: JsonObject): GraphModelWeight[] {
  const data: unknown = artifacts['weightData'];
  const parts = partsOf(data);
  // Weights that were streamed are only on the backend.
  if (!parts) return Object.entries(model.weights).flatMap(([name, tensors]) => onBackend(name, tensors));
  const specs: Json = artifacts['weightSpecs'] ?? [];
  const weights = Array.isArray(specs) ? (specs as readonly Json[]) : [];
  const [group] = readManifest(NAME, [{ paths: [], weights }]);
  return storedWeights(NAME, new WeightBytes(parts), group?.weights ?? []);
}

function partsOf(data: unknown): Uint8Array[] | null {
  const all: readonly unknown[] = Array.isArray(data) ? data : [data];
  const buffers = all.filter((part): part is ArrayBuffer => part instanceof ArrayBuffer);
  return buffers.length === all.length ? buffers.map((buffer) => new Uint8Array(buffer)) : null;
}

function onBackend(name: string, [tensor]: readonly tf.Tensor[]): GraphModelWeight[] {
  if (!tensor) return [];
  const { shape, dtype } = tensor;
  const read = (): Float32Array | Float64Array => {
    const values = tensor.dataSync();
    return values instanceof Float32Array ? values : Float64Array.from(values);
  };
  return [{ name, shape, dtype, read }];
}
