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
  | ConvolutionOperation
  | DepthwiseOperation
  | PReluOperation
  | SoftmaxOperation
  | LayerNormalizationOperation
  | MergeOperation
  | ConcatenateOperation
  | PermuteOperation
  | PadOperation
  | CropOperation
  | ResizeOperation
  | RepeatOperation
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

/**
 * Convolution over the position axes (one or two); every array of numbers holds one for each of them. Output position
 * o reads the input at `o * strides + t * dilation - padBefore` for every tap t of the window; cells outside the input
 * are zero, before its first position and beyond its last alike (the node's shape says how far the output goes).
 *
 *     y[o, f] = bias[f] + sum over t, c of x[o * strides + t * dilation - padBefore, c] * kernel[t, c, f]
 *
 * A 1x1 convolution has a window of ones.
 */
export interface ConvolutionOperation {
  readonly kind: 'convolution';
  readonly filters: number;
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padBefore: readonly number[];
  /** Row-major `[...window, channels, filters]`. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array | null;
}

/**
 * Every channel convolved by itself with `multiplier` filters; taps and padding as in `convolution`.
 *
 *     y[o, c * multiplier + j] = bias[c * multiplier + j] + sum over t of x[..., c] * kernel[t, c, j]
 *
 * A separable convolution is this, without bias, and a 1x1 `convolution` after it.
 */
export interface DepthwiseOperation {
  readonly kind: 'depthwise';
  readonly multiplier: number;
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padBefore: readonly number[];
  /** Row-major `[...window, channels, multiplier]`. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array | null;
}

/** `y = x < 0 ? slope * x : x`; `slopeShape` has the rank of x and is 1 along the axes that share their slopes. */
export interface PReluOperation {
  readonly kind: 'prelu';
  readonly slope: Float32Array;
  readonly slopeShape: Shape;
}

/** Softmax over the last axis, somewhere before the logits; `log` asks for its logarithm. */
export interface SoftmaxOperation {
  readonly kind: 'softmax';
  readonly log: boolean;
}

/**
 * `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with mean and (biased) variance over `axes`, one pair for
 * each element of the other axes.
 */
export interface LayerNormalizationOperation {
  readonly kind: 'layer-normalization';
  /** Ascending, at least one. */
  readonly axes: readonly number[];
  readonly epsilon: number;
  /** Row-major over the lengths of `axes`; null stands for ones. */
  readonly gamma: Float32Array | null;
  /** Row-major over the lengths of `axes`; null stands for zeros. */
  readonly beta: Float32Array | null;
}

export type MergeFunction = 'add' | 'subtract' | 'multiply' | 'average' | 'maximum' | 'minimum';

/**
 * Element-wise over two or more inputs (`subtract`: exactly two; an input may come twice). Shapes are aligned at their
 * last axis and an axis of length 1, or one that is missing in front, is repeated: `[channels]` against
 * `[height, width, channels]` is one factor for each channel.
 */
export interface MergeOperation {
  readonly kind: 'merge';
  readonly function: MergeFunction;
}

/** The inputs one after the other along `axis`. */
export interface ConcatenateOperation {
  readonly kind: 'concatenate';
  readonly axis: number;
}

/** Output axis i is input axis `axes[i]`. */
export interface PermuteOperation {
  readonly kind: 'permute';
  readonly axes: readonly number[];
}

/** Zeros around the position axes, one number for each of them; how many follow after the input, the node's shape says. */
export interface PadOperation {
  readonly kind: 'pad';
  readonly before: readonly number[];
}

/** Drops positions at both ends; `before` holds how many at the start of each position axis. */
export interface CropOperation {
  readonly kind: 'crop';
  readonly before: readonly number[];
}

/**
 * Resamples two position axes to the size of the node's shape, as TensorFlow.js does: without half-pixel centres and
 * without aligned corners. Along an axis from `i` to `o` cells, output cell n reads the input at `s = n * i / o`:
 *
 * - `nearest`: cell `floor(s)`;
 * - `bilinear`: cells `floor(s)` and `min(ceil(s), i - 1)`, the second with weight `s - floor(s)`.
 */
export interface ResizeOperation {
  readonly kind: 'resize';
  readonly interpolation: 'nearest' | 'bilinear';
}

/** `[channels]` repeated at every position: `[positions, channels]`. */
export interface RepeatOperation {
  readonly kind: 'repeat';
}
