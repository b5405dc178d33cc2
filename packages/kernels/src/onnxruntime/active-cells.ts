import type { ConvolutionPrimitive, Pair } from '../lowering/primitives.ts';
import { lengthOf, type Factors } from './layout.ts';
import type { ModelTensor, TensorWriter } from './tensor-writer.ts';

/** Variants of a chunk, and products of a cell, from which on bringing together what counts takes little of what is saved. */
const [VARIANTS, PRODUCTS] = [16, 256];
/** The latter where all variants go in one chunk: little is done there, so that looking in vain takes much of it. */
const PRODUCTS_OF_WHOLE = 1024;

/**
 * How much longer a product takes among matrices that were brought together than in a convolution. What is brought together of a
 * kernel is multiplied by each variant: the more of them there are, the less it matters.
 */
function price(variants: number): number {
  return 1.1 + 20 / variants;
}

/** Products of a convolution that take as long as telling for one cell of an image whether it counts, and moving it. */
function look(variants: number): number {
  return 60 + 3000 / variants;
}

/** The number that ONNX has for bool and float32 as types to cast to. */
const [BOOL, FLOAT] = [9, 1];

/** What ONNX Runtime is given of a convolution that leaves out cells. */
interface ActiveConvolution {
  readonly window: ConvolutionPrimitive;
  readonly images: ModelTensor;
  readonly kernel: ModelTensor;
  /** Height and width of the result. */
  readonly size: Pair;
}

/**
 * Returns the share of products up to which it takes less time to bring together what is not 0; 0 where it never pays. The products
 * of cells that count take `price` times as long, and every cell is looked at.
 */
function largestShare(
  { window: { window, groups }, images, kernel }: ActiveConvolution,
  { variants, isWhole }: TensorWriter,
): number {
  const [, , , filters = []] = kernel.layout.axes;
  const products = window[0] * window[1] * count(filters);
  const hasConstants = images.kind === 'stored' && kernel.kind === 'constant';
  const least = isWhole ? PRODUCTS_OF_WHOLE : PRODUCTS;
  if (!hasConstants || groups > 1 || variants < VARIANTS || products < least) return 0;
  return Math.max(0, (1 - look(variants) / products) / price(variants));
}

/**
 * Writes a convolution of images many of whose cells, channels of a position, are 0 in all images of the batch. For each position of
 * the result, the cells under its window that are not, and the rows of the kernel they are multiplied by, are brought together and
 * multiplied. All products that are left out are 0. Where too many cells count, it is the convolution that `dense` writes: what a
 * run finds decides.
 *
 * @param dense returns the name of the result, `[batch, filters, height, width]`
 * @returns the name of the same
 */
export function withoutZeroCells(
  writer: TensorWriter,
  convolution: ActiveConvolution,
  dense: () => string,
): string {
  const share = largestShare(convolution, writer);
  if (share === 0) return dense();
  const { model } = writer;
  const { window, images, kernel, size } = convolution;
  const [batch = [], rows = [], columns = [], channels = []] = images.layout.axes;
  const [height = [], width = [], , filters = []] = kernel.layout.axes;
  const places = placesOf(window, size, [count(rows), count(columns)], count(channels));
  const flat = writer.arranged(images, [batch, [...channels, ...rows, ...columns]]);
  // Sums, which a NaN does not get lost in.
  const sizes = model.add('ReduceSum', [model.add('Abs', [flat]), model.integers([0])], { keepdims: 0 });
  const counts = model.add('Cast', [model.add('Cast', [sizes], { to: BOOL })], { to: FLOAT });
  const planes = model.add('Reshape', [
    counts,
    model.integers([count(channels), count(rows), count(columns)]),
  ]);
  const [top, left] = window.padBefore;
  const [bottom, right] = window.padAfter;
  const padded = model.add('Pad', [planes, model.integers([0, top, left, 0, bottom, right])]);
  const used = usedProducts(writer, padded, places);
  const all = places.starts.length * places.firstWindow.length;
  const isWorthIt = model.add('Less', [used, writer.numbers([share * all], [])]);
  const [result, leftOut] = model.addMany('If', 2, [isWorthIt], {
    then_branch: model.branch(() => {
      const cells = model.add('Transpose', [flat], { perm: [1, 0] });
      const rowsOfKernel = writer.arranged(kernel, [[...height, ...width, ...channelsOf(kernel)], filters]);
      const sums = eachWindow(writer, padded, cells, rowsOfKernel, places);
      const moved = model.add('Transpose', [sums], { perm: [1, 2, 0] });
      const shape = model.integers([0, 0, ...size]);
      return [model.add('Reshape', [moved, shape]), model.add('Sub', [writer.numbers([all], []), used])];
    }),
    else_branch: writer.branchWithConstants(() => [
      dense(),
      model.add('Identity', [writer.numbers([0], [])]),
    ]),
  });
  writer.leftOut.push({ cells: leftOut ?? '', operations: imagesOf(batch) * count(filters) });
  return result ?? '';
}

/** Where windows find cells in an image with its padding, `[channels, height, width]`. */
interface Places {
  /** By place of the padded image, the place in the image itself; 0 for padding. */
  readonly unpadded: readonly number[];
  /** Of the first window, `[taps, channels]`. */
  readonly firstWindow: readonly number[];
  /** How far behind the first window each other one begins. */
  readonly starts: readonly number[];
  /** How many windows read a position, `[height, width]`. */
  readonly readers: readonly number[];
  readonly padded: Pair;
}

function placesOf(
  { window, strides, dilation, padBefore, padAfter }: ConvolutionPrimitive,
  size: Pair,
  image: Pair,
  channels: number,
): Places {
  const padded: Pair = [padBefore[0] + image[0] + padAfter[0], padBefore[1] + image[1] + padAfter[1]];
  const area = padded[0] * padded[1];
  const grid = (counts: Pair, steps: Pair): number[] =>
    Array.from({ length: counts[0] * counts[1] }, (_, i) => {
      return Math.floor(i / counts[1]) * steps[0] * padded[1] + (i % counts[1]) * steps[1];
    });
  const taps = grid(window, dilation);
  const starts = grid(size, strides);
  const readers = new Array<number>(area).fill(0);
  for (const start of starts) for (const tap of taps) readers[start + tap]! += 1;
  const unpadded = Array.from({ length: channels * area }, (_, i) => {
    const [y, x] = [Math.floor((i % area) / padded[1]) - padBefore[0], (i % padded[1]) - padBefore[1]];
    const isInside = y >= 0 && x >= 0 && y < image[0] && x < image[1];
    return isInside ? (Math.floor(i / area) * image[0] + y) * image[1] + x : 0;
  });
  return {
    unpadded,
    firstWindow: taps.flatMap((tap) => Array.from({ length: channels }, (_, c) => c * area + tap)),
    starts,
    readers,
    padded,
  };
}

/** How many cells count, each as often as a window reads it, float `[]`: exact, as whole numbers below 2^24 are. */
function usedProducts({ model }: TensorWriter, counts: string, { readers, padded }: Places): string {
  const times = model.constant(Float32Array.from(readers), padded);
  return model.add('ReduceSum', [model.add('Mul', [counts, times])], { keepdims: 0 });
}

/** The sums of all windows, `[windows, batch, filters]`. */
function eachWindow(
  { model }: TensorWriter,
  padded: string,
  cells: string,
  kernel: string,
  { firstWindow, starts, unpadded }: Places,
): string {
  const list = (numbers: readonly number[]): string =>
    model.constant(BigInt64Array.from(numbers, BigInt), [numbers.length]);
  const [first, begin, cellAt] = [list(firstWindow), list(starts), list(unpadded)];
  const counts = model.add('Reshape', [padded, model.integers([-1])]);
  const body = model.turn((number) => {
    const under = model.add('Add', [first, model.add('Gather', [begin, number])]);
    const found = model.add('NonZero', [model.add('Gather', [counts, under])]);
    const taken = model.add('Reshape', [found, model.integers([-1])]);
    const places = model.add('Gather', [cellAt, model.add('Gather', [under, taken])]);
    return [
      model.add('Gemm', [model.add('Gather', [cells, places]), model.add('Gather', [kernel, taken])], {
        transA: 1,
      }),
    ];
  });
  const turns = model.constant(BigInt64Array.of(BigInt(starts.length)), []);
  return model.add('Loop', [turns, ''], { body });
}

function channelsOf({ layout: { axes } }: ModelTensor): Factors {
  return axes[2] ?? [];
}

/** Images for each input. */
function imagesOf(batch: Factors): number {
  const length = lengthOf(batch);
  return typeof length === 'number' ? length : length.times;
}

function count(factors: Factors): number {
  const length = lengthOf(factors);
  if (typeof length === 'number') return length;
  throw new RangeError('A size of an image counts inputs.');
}
