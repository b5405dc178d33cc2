import type * as tf from '@tensorflow/tfjs';
import type { ScoreFunction } from '@ablation-cam/kernels';
import type { OpenShape } from '../network/network.ts';

/** Index into `LayerGraph.tensors`. */
export type TensorId = number;

/**
 * A model as a flat list of layer calls: models used as layers are replaced by their own calls, and a shared layer has
 * one call for each time it is used.
 *
 * It refers to the layers of the model, whose weights stay where they are, and is good for as long as the model is.
 */
export interface LayerGraph {
  readonly tensors: readonly GraphTensor[];
  /** In topological order. */
  readonly calls: readonly LayerCall[];
  /** In the order of the model's inputs. */
  readonly inputs: readonly TensorId[];
  /** In the order of the model's outputs. */
  readonly outputs: readonly LayerGraphOutput[];
}

export interface GraphTensor {
  readonly shape: OpenShape;
  /** Index of the call whose result it is, or null for an input of the model. */
  readonly producer: number | null;
}

export interface LayerCall {
  readonly layer: tf.layers.Layer;
  /** The layer's name, with the names of the models around it in front where two layers share one: `branch/conv`. */
  readonly name: string;
  /** Which of the calls of its layer this is, counted from 0 in the order in which they were made. */
  readonly call: number;
  /**
   * A layer that ends the network with a softmax or sigmoid of its own is two calls, so that the logits between them
   * are a tensor of the graph; the second one yields what the layer yields.
   */
  readonly part: 'whole' | 'before-activation' | 'activation';
  readonly inputs: readonly TensorId[];
  readonly outputs: readonly TensorId[];
}

export interface LayerGraphOutput {
  /** The name of the layer it comes from; `_1`, `_2` ... is added where an earlier output has that name already. */
  readonly name: string;
  readonly tensor: TensorId;
  /** What `scoreFunction` is applied to; the same tensor as the output where the network stops at the logits. */
  readonly logits: TensorId;
  readonly scoreFunction: ScoreFunction;
}
