/*
 * The vocabulary of lowered programs: what a library engine must be able to do. Each is one operation of TensorFlow.js and one
 * of ONNX (named after the colon) or nearly so; a new engine is a table with a row for each, see `Primitive`.
 *
 * Tensors are float32, images are `[batch, height, width, channels]`. Inputs are in the order that each comment names, the shape of
 * the result is that of the node's output in `Program.values`.
 */

/** Two numbers for the two axes of an image, height first. */
export type Pair = readonly [number, number];

/** What slides over an image: output position o reads cells `o * strides + t * dilation - padBefore` of the input. */
export interface ImageWindow {
  readonly window: Pair;
  readonly strides: Pair;
  readonly dilation: Pair;
  readonly padBefore: Pair;
  /** So many that no window reads beyond, and possibly less than a whole stride too few for one more window. */
  readonly padAfter: Pair;
}

/** Images and a kernel `[height, width, channels / groups, filters]`; padding counts as 0: Conv. */
export interface ConvolutionPrimitive extends ImageWindow {
  readonly kind: 'convolution';
  /** As in `ConvolutionOperation`; 1 for engines that take none. */
  readonly groups: number;
  /** Whether many cells may be zero in all images: an engine may leave out what is multiplied by them, which changes no number. */
  readonly skipsZeros: boolean;
}

/** Images and a kernel `[height, width, channels, multiplier]`, channel c gives channels `c * multiplier + j`: Conv with `group`. */
export interface DepthwisePrimitive extends ImageWindow {
  readonly kind: 'depthwise';
}

/** Images; cells of padding do not count. The dilation is 1. MaxPool, AveragePool without `count_include_pad`. */
export interface PoolPrimitive extends ImageWindow {
  readonly kind: 'pool';
  readonly reduction: 'max' | 'average';
}

/** `[rows, inner]` and `[inner, columns]`: MatMul. */
export interface MatMulPrimitive {
  readonly kind: 'mat-mul';
  /** Whether many columns of the first one may be zero throughout: an engine may leave them out, which changes no number. */
  readonly skipsZeros: boolean;
}

/** Over `axes`, which stay with length 1: ReduceMean, ReduceMax. */
export interface ReducePrimitive {
  readonly kind: 'reduce';
  readonly reduction: 'max' | 'average';
  readonly axes: readonly number[];
}

/** Over the last axis; `log` asks for its logarithm: Softmax, LogSoftmax. */
export interface SoftmaxPrimitive {
  readonly kind: 'softmax';
  readonly log: boolean;
}

/**
 * Element by element. With alpha: `leaky-relu` (slope below 0), `elu` (alpha (e^x - 1) below 0), `thresholded-relu` (x above alpha,
 * 0 elsewhere), `clip` to 0 .. alpha, `power` (x^alpha). Relu, LeakyRelu, Elu, ThresholdedRelu, Clip, Pow, Sigmoid, Tanh, Softplus,
 * Exp, Log, Erf, Abs, Neg, Sqrt.
 */
export interface UnaryPrimitive {
  readonly kind: 'unary';
  readonly function: UnaryFunction;
  readonly alpha: number;
}

/** What a {@link UnaryPrimitive} computes of an element. */
export type UnaryFunction =
  | 'relu'
  | 'leaky-relu'
  | 'elu'
  | 'thresholded-relu'
  | 'clip'
  | 'sigmoid'
  | 'tanh'
  | 'softplus'
  | 'erf'
  | 'exponential'
  | 'absolute'
  | 'negate'
  | 'square-root'
  | 'logarithm'
  | 'power';

/**
 * Element by element of two tensors, broadcast: Add, Sub, Mul, Div, Max, Min. `equal` is 1 where both are equal and 0 elsewhere:
 * Equal and Cast.
 */
export interface BinaryPrimitive {
  readonly kind: 'binary';
  readonly function: BinaryFunction;
}

/** What a {@link BinaryPrimitive} computes of two elements; `equal` gives 1 or 0. */
export type BinaryFunction = 'add' | 'subtract' | 'multiply' | 'divide' | 'maximum' | 'minimum' | 'equal';

/** The same numbers in another shape: Reshape. */
export interface ReshapePrimitive {
  readonly kind: 'reshape';
}

/** Output axis i is input axis `axes[i]`: Transpose. */
export interface TransposePrimitive {
  readonly kind: 'transpose';
  readonly axes: readonly number[];
}

/** Cells `starts[i] + n * steps[i]` along each axis, as many as the output has: Slice. Axes that depend on the chunk are taken whole. */
export interface SlicePrimitive {
  readonly kind: 'slice';
  readonly starts: readonly number[];
  readonly steps: readonly number[];
}

/** One or more tensors one after the other along an axis: Concat. */
export interface ConcatPrimitive {
  readonly kind: 'concat';
  readonly axis: number;
}

/** Zeros around each axis: Pad. */
export interface PadPrimitive {
  readonly kind: 'pad';
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** A tensor and a list of int32 indices `[n]`: the cells of these places along an axis: Gather. */
export interface GatherPrimitive {
  readonly kind: 'gather';
  readonly axis: number;
}

/**
 * Images at another size, as `ResizeOperation` defines it: Resize with mode `linear` and these coordinates (`asymmetric`, or
 * `half_pixel`). (A nearest neighbour is two gathers.)
 */
export interface ResizePrimitive {
  readonly kind: 'resize-bilinear';
  readonly coordinates: 'asymmetric' | 'half-pixel';
}

/** Repeats axes of length 1 up to the output's shape: Expand. */
export interface ExpandPrimitive {
  readonly kind: 'expand';
}

/** All that an engine has to be able to do to run a lowered plan or network. */
export type Primitive =
  | ConvolutionPrimitive
  | DepthwisePrimitive
  | PoolPrimitive
  | MatMulPrimitive
  | ReducePrimitive
  | SoftmaxPrimitive
  | UnaryPrimitive
  | BinaryPrimitive
  | ReshapePrimitive
  | TransposePrimitive
  | SlicePrimitive
  | ConcatPrimitive
  | PadPrimitive
  | GatherPrimitive
  | ResizePrimitive
  | ExpandPrimitive;

/** The primitive of a kind: `{ [Kind in Primitive['kind']]: (operation: PrimitiveOf<Kind>, ...) => ... }` is an engine's table. */
export type PrimitiveOf<Kind extends Primitive['kind']> = Extract<Primitive, { readonly kind: Kind }>;
