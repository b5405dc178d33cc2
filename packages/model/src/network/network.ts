import type * as tf from '@tensorflow/tfjs';
import type { Graph, NodeId, ScoreFunction, Shape } from '@ablation-cam/kernels';

/** Dimensions without the batch; null where the network leaves a size open. */
export type OpenShape = readonly (number | null)[];

/**
 * A classifier, whatever it was made with: what is known of it before its inputs' sizes are, and the way to the network of
 * definite sizes that explainers work on.
 */
export interface Network {
  /** In the network's order. */
  readonly inputs: readonly NetworkInput[];
  /** In the network's order, at least one. */
  readonly outputs: readonly NetworkOutput[];
  /** What can be pointed at by name, in the order in which it is computed; sizes as far as they are known. */
  readonly layers: readonly NetworkLayer[];
  /** Changing weights, for those that can. */
  readonly weights: WeightAccess | null;
  /**
   * Returns the network for inputs of the sizes given (without the batch, in the order of the inputs), which may be left out
   * where none is open. The same object comes back for the same sizes, until weights have changed.
   *
   * @throws ModelError `invalid-input` where the sizes contradict the network, are missing, or leave a layer no positions
   */
  at(inputShapes?: readonly Shape[]): Promise<SizedNetwork>;
}

/** An input of a network: its shape is without the batch, channels last, and open where any size is taken. */
export interface NetworkInput {
  readonly name: string;
  readonly shape: OpenShape;
}

/** An output of a network: its shape is without the batch, and `scoreFunction` makes scores of its logits. */
export interface NetworkOutput {
  readonly name: string;
  readonly shape: OpenShape;
  readonly scoreFunction: ScoreFunction;
}

/** A network for inputs of definite sizes, and the engine that runs it: TensorFlow.js on its current backend. */
export interface SizedNetwork {
  readonly network: Network;
  readonly graph: Graph;
  /** `Network.layers`, in the same order, with definite sizes and their nodes. */
  readonly layers: readonly SizedLayer[];
  /** Whether its weights are still those of the network; where they are not, `Network.at` gives another. */
  readonly isCurrent: boolean;
  /** Runs `opaque` nodes of the graph that TensorFlow.js cannot, where their format has an engine of its own. */
  readonly ownOperations?: OwnOperations;
  /** Makes the weights available to TensorFlow.js's current backend; to be awaited after a backend was made current. */
  ready(): Promise<void>;
  /**
   * Returns the values of the nodes in `fetches`, in their order, computed from those in `feeds`; they belong to the caller.
   *
   * Feeds may be any nodes that layers yield, and cut the network: what lies behind them is not run. So one function gives
   * a forward pass with taps, and the part of it that follows a changed value. Everything in between is differentiable, as
   * far as TensorFlow.js has gradients.
   *
   * @param feeds tensors `[batch, ...shape]` of one batch size; they are not disposed of
   * @throws ModelError `invalid-input` where a feed has the wrong shape, an input is missing or a layer fails
   */
  run<const F extends readonly NodeId[]>(
    feeds: ReadonlyMap<NodeId, tf.Tensor>,
    fetches: F,
  ): { -readonly [K in keyof F]: tf.Tensor };
}

/** Operations of a network for which the graph has no rule, run by ONNX Runtime: not by TensorFlow.js, and without gradients. */
export interface OwnOperations {
  /** The `opaque` nodes that the operation behind one of them yields together, in the order of `OwnOperation.run`. */
  resultsWith(node: NodeId): readonly NodeId[];
  /**
   * Prepares the operation behind an `opaque` node; the caller disposes of the result.
   *
   * @throws KernelsError `runtime-missing`, `runtime-failed` where the runtime does not know the operation either
   */
  prepare(node: NodeId): Promise<OwnOperation>;
}

/** An operation without a rule, computed by what its format has for it. Who was given it disposes of it. */
export interface OwnOperation {
  /**
   * Returns the values of the nodes it yields, `[inputs, ...shape]` each.
   *
   * @param values of the inputs of these nodes, `[inputs, ...shape]` each
   * @throws KernelsError `runtime-failed`; ModelError `invalid-file` where a result has another shape than the graph says
   */
  run(values: readonly Float32Array[], inputs: number): Promise<Float32Array[]>;
  dispose(): void;
}

/** A layer as its network calls it: what a user can name as a target. */
export interface NetworkLayer {
  /** With the names of the models around it in front where two layers share one: `branch/conv`. */
  readonly name: string;
  /** Another name of it: without those, or that of the tensor it yields. */
  readonly ownName: string;
  /** Which of the calls of its layer this is, counted from 0 in the order in which they were made. */
  readonly call: number;
  /** What it is, as its format calls it: "Conv2D". */
  readonly type: string;
  /** `[...positions, channels]` where it yields a feature map. */
  readonly shape: OpenShape;
  /** What it is to the default target. */
  readonly role: LayerRole;
  /** Indices in the list of layers that yield its inputs. */
  readonly inputs: readonly number[];
  /** Names of the outputs it leads to. */
  readonly leadsTo: readonly string[];
  /** Why its result is no feature map, as the end of a sentence ("yields [10], which has no positions"), or null. */
  readonly obstacle: string | null;
}

/**
 * `head`: what follows the last feature map of a classifier (dense, dropout, flatten, pooling, softmax). `activation`: its
 * result comes out of an activation function. `normalization`: batch normalisation.
 */
export type LayerRole = 'head' | 'activation' | 'normalization' | 'other';

/** A layer in a network of definite input sizes: the shape of its output, without the batch, and its node in the graph. */
export interface SizedLayer extends NetworkLayer {
  readonly shape: Shape;
  readonly node: NodeId;
}

/** Reads and changes the weights of a network's layers. Who changes them puts them back. */
export interface WeightAccess {
  /** Names of the layers with weights, as in `Network.layers`, each once, the first called first. */
  readonly layers: readonly string[];
  /** Returns the weights of a layer; the arrays are not to be written to. @throws ModelError `unknown-layer` */
  read(layer: string): Promise<readonly LayerWeight[]>;
  /**
   * Gives a layer weights of the same shapes; `Network.at` then gives the network with them. The arrays that `read` returned put
   * back what was so before.
   */
  write(layer: string, weights: readonly LayerWeight[]): Promise<void>;
  /** Returns which of a layer's weights is the filter, or null where the layer has none. */
  filterOf(layer: string): FilterWeight | null;
}

/** The one of a layer's weights that has a part for each channel that the layer yields. */
export interface FilterWeight {
  /** Its place among the weights. */
  readonly weight: number;
  /** Value number i belongs to channel `floor(i / stride)` modulo their number. */
  readonly stride: number;
}

/** One array of weights of a layer, row-major. */
export interface LayerWeight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}
