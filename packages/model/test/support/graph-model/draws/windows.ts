import type { AttributeValue, GraphModelBuilder } from '../graph-model-builder.ts';
import { fusedEnds } from './arithmetic.ts';
import { asImage, type Draw, type Drawn, type Draws } from './draw.ts';

type Attributes = Readonly<Record<string, AttributeValue>>;

function windowOn(b: GraphModelBuilder, { dims }: Drawn): [number, number] {
  const [, height = 1, width = 1] = dims;
  return [b.random.integer(1, Math.min(3, height)), b.random.integer(1, Math.min(3, width))];
}

/** Steps or holes, which TensorFlow.js takes no two of. @param isSquare whether steps are the same along both axes */
function sliding(
  b: GraphModelBuilder,
  { dims }: Drawn,
  [rows, columns]: readonly [number, number],
  isSquare = false,
): Attributes {
  const [, height = 1, width = 1] = dims;
  const both = (most: number): [number, number] => {
    const first = b.random.integer(1, most);
    return isSquare ? [first, first] : [first, b.random.integer(1, most)];
  };
  const fits = 2 * (rows - 1) < height && 2 * (columns - 1) < width;
  const hasHoles = fits && b.random.integer(0, 2) === 0;
  return {
    strides: [1, ...(hasHoles ? [1, 1] : both(3)), 1],
    dilations: [1, ...(hasHoles ? both(2) : [1, 1]), 1],
    ...padding(b),
  };
}

function padding(b: GraphModelBuilder): Attributes {
  const amounts = [0, 1, 2, 3].map(() => b.random.integer(0, 1));
  return b.random.pick<Attributes>([
    { padding: 'SAME' },
    { padding: 'VALID' },
    { padding: 'EXPLICIT', explicit_paddings: [0, 0, ...amounts, 0, 0] },
  ]);
}

/** @param isFused whether a bias and an activation are in the same node */
const convolution =
  (op: string, isFused: boolean): Draw =>
  (b, given) => {
    const x = asImage(b, given);
    const window = windowOn(b, x);
    const filters = b.random.integer(1, 4);
    const kernel = b.weight([...window, x.dims[3] ?? 1, filters]);
    const { extra, attributes } = isFused ? fusedEnds(b, filters) : { extra: [], attributes: {} };
    return b.node(op, [x.name, kernel, ...extra], { ...sliding(b, x, window), ...attributes } as Attributes);
  };

/** The gradient of a convolution of a map of some size that such a map could be the result of. */
const transposedConvolution: Draw = (b, given) => {
  const x = asImage(b, given);
  const [, height = 1, width = 1, channels = 1] = x.dims;
  const window = [b.random.integer(1, 4), b.random.integer(1, 4)];
  const strides = [b.random.integer(1, 3), b.random.integer(1, 3)];
  const filters = b.random.integer(1, 4);
  const padding = b.random.pick(['SAME', 'VALID']);
  // Several sizes have a result of one size, where a stride leaves cells at the end unread.
  const sizes = [height, width].map((length, axis) => {
    const [size = 1, stride = 1] = [window[axis], strides[axis]];
    const unread = b.random.integer(0, stride - 1);
    return padding === 'SAME' ? length * stride - unread : (length - 1) * stride + size + unread;
  });
  return b.node(
    'Conv2DBackpropInput',
    [b.ints([1, ...sizes, filters]), b.weight([...window, filters, channels]), x.name],
    { strides: [1, ...strides, 1], padding },
  );
};

/** TensorFlow.js 4.22 leaves the slope of a fused leaky rectifier out of depthwise convolutions, which makes NaN. */
const DEPTHWISE_ENDS = ['Relu', 'Relu6', 'Elu', 'Sigmoid', 'Prelu'];

const depthwise =
  (op: string, isFused: boolean): Draw =>
  (b, given) => {
    const x = asImage(b, given);
    const window = windowOn(b, x);
    const [channels, multiplier] = [x.dims[3] ?? 1, b.random.integer(1, 3)];
    const kernel = b.weight([...window, channels, multiplier]);
    const { extra, attributes } = isFused
      ? fusedEnds(b, channels * multiplier, DEPTHWISE_ENDS)
      : { extra: [], attributes: {} };
    return b.node(op, [x.name, kernel, ...extra], {
      ...sliding(b, x, window, true),
      ...attributes,
    } as Attributes);
  };

const pool =
  (op: string): Draw =>
  (b, given) => {
    const x = asImage(b, given);
    const window = windowOn(b, x);
    return b.node(op, [x.name], {
      ksize: [1, ...window, 1],
      strides: [1, b.random.integer(1, 3), b.random.integer(1, 3), 1],
      padding: b.random.pick(['SAME', 'VALID']),
    });
  };

const resize =
  (op: string): Draw =>
  (b, given) => {
    const x = asImage(b, given);
    const sizes = [b.random.integer(1, 9), b.random.integer(1, 9)];
    const mode = b.random.pick<Attributes>([{}, { align_corners: true }, { half_pixel_centers: true }]);
    return b.node(op, [x.name, b.ints(sizes)], mode);
  };

/** Operators that slide a window over the positions of an image, and those that resize it. */
export const windowDraws: Draws = {
  AvgPool: pool('AvgPool'),
  Conv2D: convolution('Conv2D', false),
  Conv2DBackpropInput: transposedConvolution,
  DepthwiseConv2d: depthwise('DepthwiseConv2d', false),
  DepthwiseConv2dNative: depthwise('DepthwiseConv2dNative', false),
  FusedDepthwiseConv2dNative: depthwise('FusedDepthwiseConv2dNative', true),
  MaxPool: pool('MaxPool'),
  MaxPoolWithArgmax: pool('MaxPoolWithArgmax'),
  ResizeBilinear: resize('ResizeBilinear'),
  ResizeNearestNeighbor: resize('ResizeNearestNeighbor'),
  _FusedConv2D: convolution('_FusedConv2D', true),
};
