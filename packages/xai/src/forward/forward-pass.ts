import * as tf from '@tensorflow/tfjs';
import { twoLogitRows } from '@ablation-cam/kernels';
import type { Cut, Device, NodeId, Plan, TensorSource } from '@ablation-cam/kernels';
import { computeGraph } from '@ablation-cam/model';
import { computeFrom, isNative, type ForwardEngine } from './compute.ts';
import { feedsOf, type PassInputs } from './pass-inputs.ts';

/** The target's activation and the logits of some inputs, where the executor wants them. */
export interface ForwardPass {
  /** `[inputs, ...positions, channels]` */
  readonly activation: TensorSource;
  /** `[inputs, classes]` */
  readonly logits: TensorSource;
  /** The nodes of the tail that were asked for, `[inputs, ...shape]`. */
  readonly constants: ReadonlyMap<number, TensorSource>;
  /** Frees the tensors that GPU buffers belong to. */
  dispose(): void;
}

/** The nodes of the tail, beside the target, that a plan reads. */
export function constantsRead(plan: Plan): number[] {
  const given = plan.kind === 'steps' ? plan.given.map(({ node }) => node) : [];
  return given.filter((node) => node !== plan.tail.target);
}

/** The nodes of the network that an ablation reads: the target, the logits, and those that `constants` stand for. */
export function passNodes(
  { target, logits, nodes }: Cut,
  constants: readonly number[],
): readonly [NodeId, NodeId, ...NodeId[]] {
  return [target, logits, ...constants.map((node) => nodes[node] ?? -1)];
}

/**
 * Runs the network once and returns what the ablation needs. The values stay on the GPU where TensorFlow.js runs on
 * `device`; otherwise they are read back.
 *
 * @param constants nodes of the tail that do not depend on the target
 */
export async function forwardPass(
  engine: ForwardEngine,
  cut: Cut,
  inputs: PassInputs,
  device: Device | null,
  constants: readonly number[] = [],
): Promise<ForwardPass> {
  const { network } = engine;
  const { tail } = cut;
  const classes = tail.nodes[tail.output]?.shape[0] ?? 0;
  if (isNative(engine)) {
    const { count } = inputs;
    const found = await computeGraph(network, inputs.arraysFor(network), passNodes(cut, constants), count);
    return {
      activation: at(found, 0),
      logits: twoLogitRows(at(found, 1), count, classes),
      constants: new Map(constants.map((node, i) => [node, at(found, 2 + i)])),
      dispose: () => undefined,
    };
  }
  const [activation, scores, ...others] = tf.tidy(() => {
    const [a, z, ...rest] = network.run(inputs.tensorsFor(network), passNodes(cut, constants));
    return [a, classLogits(z, classes), ...rest] as const;
  });
  const onGpu: tf.GPUData[] = [];
  const dispose = (): void => {
    for (const { tensorRef } of onGpu.splice(0)) tensorRef.dispose();
  };
  try {
    const [activationSource, logitSource] = [
      await toSource(activation, device, onGpu),
      await toSource(scores, device, onGpu),
    ];
    const constantSources = new Map<number, TensorSource>();
    for (const [index, node] of constants.entries()) {
      constantSources.set(node, await toSource(at(others, index), device, onGpu));
    }
    return { activation: activationSource, logits: logitSource, constants: constantSources, dispose };
  } catch (error) {
    dispose();
    throw error;
  } finally {
    tf.dispose([activation, scores, ...others]);
  }
}

/**
 * Returns logits as `[inputs, classes]`. A single logit z of a sigmoid unit becomes the two, (-z, z), that the tail has.
 */
export function classLogits(logits: tf.Tensor, classes: number): tf.Tensor {
  return tf.tidy(() => {
    const [inputs = 1] = logits.shape;
    const flat = logits.reshape([inputs, logits.size / inputs]);
    return flat.shape[1] === classes ? flat : tf.concat([flat.neg(), flat], 1);
  });
}

/** Returns the values that do not depend on the target but are read after it; the caller disposes of them. */
export async function constantsOf(
  engine: ForwardEngine,
  { constants }: Cut,
  inputs: readonly tf.Tensor[],
): Promise<Map<NodeId, tf.Tensor>> {
  const values = await computeFrom(engine, feedsOf(engine.network, inputs), constants);
  return new Map(constants.map((node, index) => [node, at(values, index)]));
}

async function toSource(
  tensor: tf.Tensor,
  device: Device | null,
  onGpu: tf.GPUData[],
): Promise<TensorSource> {
  const backend: unknown = tf.getBackend() === 'webgpu' ? tf.findBackend('webgpu') : null;
  const isShared =
    device !== null && typeof backend === 'object' && backend !== null && 'device' in backend
      ? backend.device === device.gpu
      : false;
  if (isShared && isOnGpu(backend, tensor)) {
    const data = tensor.dataToGPU();
    onGpu.push(data);
    if (data.buffer) return data.buffer;
  }
  return tensor.data<'float32'>();
}

/** Small results of TensorFlow.js's WebGPU backend stay on the CPU, where `dataToGPU` refuses them. */
function isOnGpu(backend: unknown, tensor: tf.Tensor): boolean {
  const { tensorMap } = backend as { tensorMap: { get(id: object): { resource?: unknown } | undefined } };
  return tensorMap.get(tensor.dataId)?.resource !== undefined;
}

function at<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined) throw new RangeError(`There is no element ${String(index)}.`);
  return value;
}
