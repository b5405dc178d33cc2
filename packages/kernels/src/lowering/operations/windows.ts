import type { PoolReduction } from '../../operations/pool.ts';
import { sizeOf, type Shape } from '../../tail/shape.ts';
import { definite, type ProgramBuilder } from '../program-builder.ts';
import type { ImageWindow, Pair } from '../primitives.ts';
import type { Length, Tensor } from '../program.ts';

/** A window over the position axes; see `SlidingWindow`. */
export interface Sliding {
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly padBefore: readonly number[];
  readonly dilation?: readonly number[];
}

/** `[batch, ...positions, channels]` as images; positions of one axis become the height, more than two one axis. */
export function asImages(b: ProgramBuilder, x: Tensor): Tensor {
  const [batch = 1, ...shape] = b.shape(x);
  const [channels = 1] = shape.slice(-1);
  const positions = definite(shape.slice(0, -1));
  const [height = 1, width = 1] = positions.length > 2 ? [sizeOf(positions)] : positions;
  return b.reshape(x, [batch, height, width, channels]);
}

/** Both axes of an image for what is said of the position axes. */
export function imageAxes(numbers: readonly number[], missing: number): Pair {
  return [numbers[0] ?? missing, numbers[1] ?? missing];
}

export interface ConvolutionOptions {
  readonly groups?: number;
  /** See `MatMulPrimitive`. */
  readonly skipsZeros?: boolean;
  /** See `ConvolutionPrimitive`. */
  readonly skipsZeroCells?: boolean;
}

/** A convolution of images without bias. @param kernel `[height, width, channels / groups, filters]` */
export function convolveImages(
  b: ProgramBuilder,
  images: Tensor,
  kernel: Tensor,
  sliding: Sliding,
  output: Shape,
  { groups = 1, skipsZeroCells = false }: ConvolutionOptions = {},
): Tensor {
  const [filters = 1] = b.shape(kernel).slice(-1);
  return slide(b, images, sliding, output, filters, (window, shape) =>
    b.add({ kind: 'convolution', groups, skipsZeros: skipsZeroCells, ...window }, [images, kernel], shape),
  );
}

/**
 * Every channel by itself.
 *
 * @param kernel `[height, width, channels, multiplier]`
 * @param results channels times multiplier
 */
export function convolveImagesDepthwise(
  b: ProgramBuilder,
  images: Tensor,
  kernel: Tensor,
  sliding: Sliding,
  output: Shape,
  results: Length,
): Tensor {
  return slide(b, images, sliding, output, results, (window, shape) =>
    b.add({ kind: 'depthwise', ...window }, [images, kernel], shape),
  );
}

/** The largest or mean value under the window; cells of padding do not count. */
export function poolImages(
  b: ProgramBuilder,
  images: Tensor,
  reduction: PoolReduction,
  sliding: Sliding,
  output: Shape,
): Tensor {
  const [channels = 1] = b.shape(images).slice(-1);
  const [height, width] = imageAxes(sliding.window, 1);
  // No window is without a cell, so that a mean or maximum of what is alike everywhere is the same.
  const vector = b.alikeEverywhere(images);
  if (vector !== null)
    return b.everywhere(vector, [b.shape(images)[0] ?? 1, ...imageAxes(output, 1), channels]);
  if (height === 1 && width === 1) return everyCell(b, images, imageAxes(sliding.strides, 1), output);
  return slide(b, images, sliding, output, channels, (window, shape) =>
    b.add({ kind: 'pool', reduction, ...window }, [images], shape),
  );
}

/** Over all positions, `[batch, 1, 1, channels]`. */
export function poolAllPositions(b: ProgramBuilder, images: Tensor, reduction: PoolReduction): Tensor {
  const vector = b.alikeEverywhere(images);
  const [batch = 1, , , channels = 1] = b.shape(images);
  return vector === null ? b.reduce(images, reduction, [1, 2]) : b.reshape(vector, [batch, 1, 1, channels]);
}

/**
 * Gives every cell of an image the value of the window it lies in; windows do not overlap. Cells between windows get some value.
 *
 * @param pooled one value for each window
 * @param size height and width of the images that were pooled
 */
export function spreadWindows(
  b: ProgramBuilder,
  pooled: Tensor,
  { strides, padBefore }: Pick<Sliding, 'strides' | 'padBefore'>,
  size: Pair,
): Tensor {
  const steps = imageAxes(strides, 1);
  const before = imageAxes(padBefore, 0);
  // Rows last: with channels in front of the image whole ones are copied, but columns cell by cell, so of the fewer rows.
  return ([1, 0] as const).reduce((x, axis) => {
    const [count = 1] = definite([b.shape(pooled)[axis + 1] ?? 1]);
    if (count === size[axis] && steps[axis] === 1) return x;
    const cells = Int32Array.from({ length: size[axis] }, (_, cell) =>
      Math.min(count - 1, Math.floor((cell + before[axis]) / steps[axis])),
    );
    return b.gather(x, b.constant(cells, [cells.length]), axis + 1);
  }, pooled);
}

/** Writes a sliding operation with the padding and the output positions that the tail gives. */
function slide(
  b: ProgramBuilder,
  images: Tensor,
  sliding: Sliding,
  output: Shape,
  channels: Length,
  write: (window: ImageWindow, shape: readonly Length[]) => Tensor,
): Tensor {
  const [batch = 1, ...image] = b.shape(images);
  const size = definite(image.slice(0, 2));
  const wanted = imageAxes(output, 1);
  const window = imageAxes(sliding.window, 1);
  const strides = imageAxes(sliding.strides, 1);
  const dilation = imageAxes(sliding.dilation ?? [], 1);
  const padBefore = imageAxes(sliding.padBefore, 0);
  const both = (f: (axis: 0 | 1) => number): Pair => [f(0), f(1)];
  const reach = both((axis) => (window[axis] - 1) * dilation[axis] + 1);
  const padAfter = both((axis) =>
    Math.max(0, (wanted[axis] - 1) * strides[axis] + reach[axis] - padBefore[axis] - (size[axis] ?? 1)),
  );
  // Where the tail wants fewer cells than there is room for, the rest is cut off.
  const room = both((axis) => (size[axis] ?? 1) + padBefore[axis] + padAfter[axis] - reach[axis]);
  const made = both((axis) => Math.floor(room[axis] / strides[axis]) + 1);
  const found = write({ window, strides, dilation, padBefore, padAfter }, [batch, ...made, channels]);
  return everyCell(b, found, [1, 1], wanted);
}

/** Every `steps`-th cell, as many as the output has. */
function everyCell(b: ProgramBuilder, images: Tensor, steps: Pair, output: Shape): Tensor {
  const cells = imageAxes(output, 1).map(
    (length, axis): [number, { start: number; length: number; step: number }] => [
      axis + 1,
      { start: 0, length, step: steps[axis] ?? 1 },
    ],
  );
  return b.slice(images, new Map(cells));
}
