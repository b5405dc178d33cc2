import * as tf from '@tensorflow/tfjs';
import {
  cut,
  tailOperations,
  type Cut,
  type ExecutorName,
  type Graph,
  type NodeId,
  type Tail,
} from '@ablation-cam/kernels';
import { ExecutorChoice, type Choice } from '@ablation-cam/xai';
import type { BenchCase } from '../cases/case.ts';
import { BenchError } from '../errors.ts';
import {
  liveNetwork,
  openNetwork,
  type LiveNetwork,
  type NetworkValues,
  type OpenNetwork,
} from './live-network.ts';
import type { BenchBackend, BenchRuntime } from './runtime.ts';

/** A case brought to life: the same numbers for every strategy. Who opens it disposes of it. */
export interface OpenCase {
  readonly benchCase: BenchCase;
  readonly runtime: BenchRuntime;
  /** The network, and what lies between the target and its logits. */
  readonly graph: Graph;
  readonly cut: Cut;
  readonly tail: Tail;
  /** One array for each input of the network, `[batch, ...shape]`. */
  readonly data: readonly Float32Array[];
  /** N, K and C. */
  readonly batch: number;
  readonly channels: number;
  readonly classes: number;
  /** The target's output, `[batch, ...positions, channels]`. */
  readonly activation: Float32Array;
  /** `[batch, classes]` */
  readonly logits: Float32Array;
  /** Values of the tail's constant nodes by node. */
  readonly constants: ReadonlyMap<number, Float32Array>;
  /** What stands for "off", one a channel: what the target layer yields where its filter is zero. */
  readonly off: Float32Array;
  /** The predicted class of each input. */
  readonly predicted: Uint32Array;
  /** The executor that the library takes by itself. */
  readonly auto: Choice<ExecutorName>;
  /** Multiply-adds of one pass of the tail, and of the network (null where the network is the tail). */
  readonly operations: { readonly tail: number; readonly network: number | null };
  /** The network on a backend, which becomes the current one; the same every time. */
  on(backend: BenchBackend): Promise<LiveNetwork>;
  dispose(): void;
}

/**
 * Builds a case and runs its network once, on WASM, for the activation and the logits that every strategy starts from.
 *
 * @throws BenchError `unsupported` where the network is no softmax classifier
 */
export async function openCase(benchCase: BenchCase, runtime: BenchRuntime): Promise<OpenCase> {
  await runtime.use('wasm');
  const opened = await openNetwork(benchCase);
  const { network, cut: at } = opened;
  const { graph } = network;
  const { tail } = at;
  if (tail.scoreFunction !== 'softmax') {
    throw new BenchError(
      'unsupported',
      `Case "${benchCase.name}" does not end in a softmax, which strategies expect.`,
    );
  }
  const { batch } = benchCase;
  const data = await benchCase.data(network);
  const feeds = new Map(
    graph.inputs.map((id, index) => [id, tf.tensor(data[index] ?? [], [batch, ...shapeOf(graph, id)])]),
  );
  const [activation, logits, ...constants] = network.run(feeds, [
    at.target,
    at.logits,
    ...at.constants,
  ] as const);
  const values: NetworkValues = {
    data,
    activation: await read(activation),
    constants: new Map(
      await Promise.all(at.constants.map(async (id, index) => [id, await read(constants[index]!)] as const)),
    ),
  };
  const logitValues = await read(logits);
  const classes = logitValues.length / batch;
  const networkOperations = benchCase.layer === null ? null : operationsOf(graph);
  const off = await offValues(opened);
  const auto = (await new ExecutorChoice(tail).choose('auto', runtime, batch)).choice;
  tf.dispose([...feeds.values(), activation, logits, ...constants]);

  const live = new Map<BenchBackend, LiveNetwork>([['wasm', liveNetwork(opened, values, batch)]]);
  const constantNodes = tail.nodes.flatMap(({ operation }, node) =>
    operation.kind === 'constant' ? [node] : [],
  );
  return {
    benchCase,
    runtime,
    graph,
    cut: at,
    tail,
    data,
    batch,
    channels: off.length,
    classes,
    activation: values.activation,
    logits: logitValues,
    constants: new Map(
      constantNodes.map((node, index) => [node, values.constants.get(at.constants[index] ?? -1)!]),
    ),
    off,
    predicted: Uint32Array.from({ length: batch }, (_, n) =>
      largest(logitValues.subarray(n * classes, (n + 1) * classes)),
    ),
    auto,
    operations: { tail: tailOperations(tail), network: networkOperations },
    on: async (backend) => {
      await runtime.use(backend);
      const known = live.get(backend);
      if (known) return known;
      const made = liveNetwork(await openNetwork(benchCase), values, batch);
      await made.network.ready();
      live.set(backend, made);
      return made;
    },
    dispose: () => {
      for (const opened of live.values()) opened.dispose();
    },
  };
}

/** What the target layer yields for each channel where its filter is zero: its activation of the bias. */
async function offValues({ network, cut: { target }, layer }: OpenNetwork): Promise<Float32Array> {
  const { graph, layers } = network;
  const channels = shapeOf(graph, target).at(-1) ?? 1;
  if (layer === null) return new Float32Array(channels);
  const input = layers[layer.inputs[0] ?? -1]?.node ?? graph.inputs[0] ?? -1;
  // A filter of zeros and an input of zeros give a convolution the same output.
  const yielded = tf.tidy(() => {
    const zeros = tf.zeros([1, ...shapeOf(graph, input)]);
    const [output] = network.run(new Map([[input, zeros]]), [target] as const);
    return output.reshape([-1, channels]).slice([0, 0], [1, channels]);
  });
  return read(yielded).finally(() => {
    yielded.dispose();
  });
}

/** Multiply-adds of a pass of the whole network: its tail from the first input on. */
function operationsOf(graph: Graph): number {
  const [output] = graph.outputs;
  if (!output) throw new RangeError('The network has no output.');
  return tailOperations(cut(graph, graph.inputs[0] ?? 0, output).tail);
}

function shapeOf(graph: Graph, id: NodeId): readonly number[] {
  return graph.nodes[id]?.shape ?? [];
}

async function read(tensor: tf.Tensor): Promise<Float32Array> {
  return Float32Array.from(await tensor.data());
}

function largest(values: Float32Array): number {
  return values.reduce((best, value, index) => (value > values[best]! ? index : best), 0);
}
