import * as tf from '@tensorflow/tfjs';
import { findOnnxRuntime, type Graph, type NodeId } from '@ablation-cam/kernels';
import { ModelError } from '../errors.ts';
import { WeightStore } from '../layers/weight-store.ts';
import { isLayersModel, networkOf, type NetworkSource } from '../network/network-of.ts';
import type { OpenShape, SizedNetwork } from '../network/network.ts';
import { obstaclesBetween } from '../onnxruntime/obstacles.ts';
import { computeTensors, runNetwork } from '../onnxruntime/run-network.ts';

/**
 * What predicts: TensorFlow.js's current backend, or ONNX Runtime. `auto` takes ONNX Runtime where it is installed and has rules for the
 * whole network, unless TensorFlow.js runs on WebGPU.
 */
export type PredictionEngine = 'tfjs' | 'onnxruntime' | 'auto';

/** What is known of a network before it predicts. */
export interface ClassifierShapes {
  readonly inputs: readonly OpenShape[];
  readonly outputs: readonly OpenShape[];
}

/** A network as its predictions are judged. */
export interface Classifier {
  /** What its outputs come out of, in lower case: `softmax`, `sigmoid`, `logsoftmax`, anything else or nothing. */
  readonly ending: string | undefined;
  /** TensorFlow.js's backend, or `onnxruntime`. */
  readonly engine: string;
  /** Returns the outputs, `[samples, units]`. @param shape `[samples, ...input]` */
  predict(values: Float32Array, shape: readonly number[]): Promise<Float32Array>;
}

/** Shapes without the batch. @throws ModelError `invalid-option` for what is no network */
export async function classifierShapes(source: NetworkSource): Promise<ClassifierShapes> {
  if (isLayersModel(source)) {
    const own = ({ shape }: tf.SymbolicTensor): OpenShape => shape.slice(1);
    return { inputs: source.inputs.map(own), outputs: source.outputs.map(own) };
  }
  const { inputs, outputs } = await networkOf(source);
  return { inputs: inputs.map(({ shape }) => shape), outputs: outputs.map(({ shape }) => shape) };
}

/**
 * Returns what predicts samples of one shape.
 *
 * @throws ModelError `not-finite` for a weight that is no finite number, `unsupported-layer` where ONNX Runtime was asked for and cannot;
 *   KernelsError `runtime-missing`
 */
export async function openClassifier(
  source: NetworkSource,
  inputShape: readonly number[],
  engine: PredictionEngine,
): Promise<Classifier> {
  if (isLayersModel(source)) {
    await new WeightStore(source).readAll();
    const native = engine === 'tfjs' ? null : await nativeClassifier(source, inputShape, engine);
    return native ?? layersClassifier(source);
  }
  const native = engine === 'tfjs' ? null : await nativeClassifier(source, inputShape, engine);
  if (native) return native;
  const network = await (await networkOf(source)).at([inputShape]);
  await network.ready();
  return networkClassifier(network, tf.getBackend(), runNetwork);
}

/** Also models with masks, which are no networks. */
function layersClassifier(model: tf.LayersModel): Classifier {
  const last = model.outputs[0]?.sourceLayer;
  const activation: unknown = last?.getConfig()['activation'] ?? last?.getClassName();
  return {
    ending: typeof activation === 'string' ? activation.toLowerCase() : undefined,
    engine: tf.getBackend(),
    predict: async (values, shape) => {
      const output = tf.tidy(() => model.predict(tf.tensor(values, [...shape])));
      const outputs = Array.isArray(output) ? output : [output];
      try {
        return Float32Array.from(await outputs[0]!.data());
      } finally {
        tf.dispose(outputs);
      }
    },
  };
}

async function nativeClassifier(
  source: NetworkSource,
  inputShape: readonly number[],
  engine: 'onnxruntime' | 'auto',
): Promise<Classifier | null> {
  if (engine === 'auto' && (tf.getBackend() === 'webgpu' || (await findOnnxRuntime()).runtime === null))
    return null;
  const network = await nativeNetwork(source, inputShape, engine);
  return network && networkClassifier(network, 'onnxruntime', computeTensors);
}

/** Null for `auto` where ONNX Runtime cannot run the network. */
async function nativeNetwork(
  source: NetworkSource,
  inputShape: readonly number[],
  engine: 'onnxruntime' | 'auto',
): Promise<SizedNetwork | null> {
  try {
    const network = await (await networkOf(source)).at([inputShape]);
    const { onnxRuntime } = obstaclesBetween(network, network.graph.inputs, [outputNode(network)]);
    if (onnxRuntime === null) return network;
    throw new ModelError(
      'unsupported-layer',
      `ONNX Runtime cannot run the network: ${onnxRuntime}. Let TensorFlow.js run it.`,
    );
  } catch (error) {
    if (engine === 'auto' && error instanceof ModelError) return null;
    throw error;
  }
}

function networkClassifier(network: SizedNetwork, engine: string, run: typeof runNetwork): Classifier {
  const [input] = network.graph.inputs;
  if (input === undefined) throw new RangeError('The network has no input.');
  const output = outputNode(network);
  return {
    ending: endingOf(network.graph, output),
    engine,
    predict: async (values, shape) => {
      const given = tf.tensor(values, [...shape]);
      const owned: tf.Tensor[] = [given];
      try {
        owned.push(...(await run(network, new Map([[input, given]]), [output])));
        return Float32Array.from((await owned[1]?.data()) ?? []);
      } finally {
        tf.dispose(owned);
      }
    },
  };
}

function outputNode({ graph }: SizedNetwork): NodeId {
  const [output] = graph.outputs;
  if (!output) throw new RangeError('The network has no output.');
  return output.node;
}

/** What the values of a node come out of. */
function endingOf(graph: Graph, id: NodeId): string | undefined {
  const { operation, inputs: [before] = [] } = graph.nodes[id] ?? {};
  if (operation?.kind === 'softmax') return operation.log ? 'logsoftmax' : 'softmax';
  if (operation?.kind === 'activation') return operation.function;
  const isMoved = operation?.kind === 'identity' || operation?.kind === 'reshape';
  return isMoved && before !== undefined ? endingOf(graph, before) : undefined;
}
