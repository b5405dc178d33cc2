/**
 * The tail of a network - everything between the target layer's output and the logits - as plain data.
 *
 * Tensors are channels-last and carry no batch dimension here: `[...positions, channels]`, row-major.
 * Arrays of weights are shared with whoever extracted the tail; nobody writes to them.
 */
export interface Tail {
  /** Nodes in topological order; a node names its inputs by their index in this list. */
  readonly nodes: readonly TailNode[];
  /** Index of the node whose channels are ablated; its operation is `target`. */
  readonly target: number;
  /** Index of the node that holds the logits, shape `[classes]`. */
  readonly output: number;
  /** How logits become class scores in [0, 1]; `linear` means the network stops at the logits. */
  readonly scoreFunction: ScoreFunction;
}

export interface TailNode {
  /** The layer this node comes from; a layer with a fused activation gives two nodes of one name. */
  readonly name: string;
  readonly operation: Operation;
  readonly inputs: readonly number[];
  readonly shape: Shape;
}

/** Dimensions without the batch. */
export type Shape = readonly number[];

/** `sigmoid` scores every class by itself; a one-unit sigmoid is given as two logits, -z and z. */
export type ScoreFunction = 'softmax' | 'sigmoid' | 'linear';

export type Operation =
  | { readonly kind: 'target' }
  /** A tensor that does not depend on the target; its value comes with each run. */
  | { readonly kind: 'constant' }
  | ActivationOperation
  | AffineOperation
  | PoolOperation
  | GlobalPoolOperation
  | { readonly kind: 'reshape' }
  | DenseOperation
  /** Anything the planner has no rule for: `layerClass` is named in the error. */
  | { readonly kind: 'opaque'; readonly layerClass: string; readonly reason?: string };

export type ActivationName =
  | 'relu'
  | 'relu6'
  | 'leaky-relu'
  | 'elu'
  | 'selu'
  | 'sigmoid'
  | 'hard-sigmoid'
  | 'tanh'
  | 'softplus'
  | 'softsign'
  | 'swish'
  | 'gelu'
  | 'gelu-tanh'
  | 'mish'
  | 'thresholded-relu';

export interface ActivationOperation {
  readonly kind: 'activation';
  readonly function: ActivationName;
  /** Slope of `leaky-relu`, scale of `elu`, threshold of `thresholded-relu`; unused elsewhere. */
  readonly alpha?: number;
}

/** `y = scale * x + shift`, one scale and shift for each channel (the last axis): batch normalisation, rescaling. */
export interface AffineOperation {
  readonly kind: 'affine';
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

export type PoolReduction = 'max' | 'average';

/** Pooling over the position axes; arrays hold one number for each of them (one or two). */
export interface PoolOperation {
  readonly kind: 'pool';
  readonly reduction: PoolReduction;
  readonly window: readonly number[];
  readonly strides: readonly number[];
  /** Padding before the first position; padded cells never count, neither in a maximum nor in a mean. */
  readonly padBefore: readonly number[];
}

/** Reduces every position axis: `[...positions, channels]` to `[channels]` (or `[1, 1, channels]` with keepDims). */
export interface GlobalPoolOperation {
  readonly kind: 'global-pool';
  readonly reduction: PoolReduction;
}

/** `y = x W + b` over the last axis; `kernel` is row-major `[inputs, units]`. */
export interface DenseOperation {
  readonly kind: 'dense';
  readonly units: number;
  readonly kernel: Float32Array;
  readonly bias: Float32Array | null;
}
