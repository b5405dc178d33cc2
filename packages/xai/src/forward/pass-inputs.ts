import type * as tf from '@tensorflow/tfjs';
import type { NodeId } from '@ablation-cam/kernels';
import type { SizedNetwork } from '@ablation-cam/model';
import { batchArrays, batchTensors, type InputBatch } from './model-input.ts';

/** The inputs of a batch that go through the network together. Tensors of them are made where something asks for some. */
export class PassInputs {
  readonly count: number;
  readonly #batch: InputBatch;
  readonly #first: number;
  #tensors: readonly tf.Tensor[] | null = null;

  /** @param first of the batch */
  constructor(batch: InputBatch, first: number, count: number) {
    this.#batch = batch;
    this.#first = first;
    this.count = count;
  }

  /** `[count, ...shape]` for each input of the network; freed by `dispose`. */
  get tensors(): readonly tf.Tensor[] {
    return (this.#tensors ??= batchTensors(this.#batch, this.#first, this.#first + this.count));
  }

  /** What ONNX Runtime is fed. */
  arraysFor(network: SizedNetwork): Map<NodeId, Float32Array> {
    return feedsOf(network, batchArrays(this.#batch, this.#first, this.#first + this.count));
  }

  /** What `SizedNetwork.run` is fed. */
  tensorsFor(network: SizedNetwork): Map<NodeId, tf.Tensor> {
    return feedsOf(network, this.tensors);
  }

  dispose(): void {
    for (const tensor of this.#tensors ?? []) tensor.dispose();
    this.#tensors = null;
  }
}

/** Values of the network's inputs by their nodes. */
export function feedsOf<T>({ graph }: SizedNetwork, inputs: readonly T[]): Map<NodeId, T> {
  return new Map(
    graph.inputs.map((node, index) => {
      const values = inputs[index];
      if (values === undefined) throw new RangeError(`Input ${String(index)} of the network was not given.`);
      return [node, values];
    }),
  );
}
