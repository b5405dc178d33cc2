import { sizeOf, stridesOf, type Shape } from '../../tail/shape.ts';
import type { ConvolutionOperation } from '../../operations/convolution.ts';
import type { DepthwiseOperation } from '../../operations/depthwise.ts';
import type { GlobalPoolOperation } from '../../operations/global-pool.ts';
import type { PoolOperation } from '../../operations/pool.ts';
import { addScaled } from '../../ablation/add-scaled.ts';
import { fill, flatIndex, forEachPlace, repeated, type Tensor } from '../tensor.ts';

/** One cell under a window: which tap of the window it is and where it lies, counted in positions from the first. */
interface Tap {
  readonly tap: number;
  readonly position: number;
}

interface Sliding {
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly padBefore: readonly number[];
  readonly dilation?: readonly number[];
}

/** Returns the cells of the input under the window at an output position; cells of padding are left out. */
function taps(sliding: Sliding, positions: Shape, output: readonly number[]): Tap[] {
  const { window, strides, padBefore, dilation } = sliding;
  const steps = stridesOf(positions);
  let found: Tap[] = [{ tap: 0, position: 0 }];
  positions.forEach((length, axis) => {
    const start = (output[axis] ?? 0) * (strides[axis] ?? 1) - (padBefore[axis] ?? 0);
    const extent = window[axis] ?? 1;
    const next: Tap[] = [];
    for (const { tap, position } of found) {
      for (let t = 0; t < extent; t++) {
        const cell = start + t * (dilation?.[axis] ?? 1);
        if (cell < 0 || cell >= length) continue;
        next.push({ tap: tap * extent + t, position: position + cell * (steps[axis] ?? 1) });
      }
    }
    found = next;
  });
  return found;
}

/** Calls `visit` once for each output position with the cells of the input under its window. */
export function slide(
  sliding: Sliding,
  input: Shape,
  output: Shape,
  visit: (position: number, cells: Tap[]) => void,
): void {
  forEachPlace(output.slice(0, -1), (coordinates, position) => {
    visit(position, taps(sliding, input.slice(0, -1), coordinates));
  });
}

/** How many products of a convolution with one filter have a factor 0, padding included. */
export function productsWithZero(sliding: Sliding, { shape: input, data }: Tensor, shape: Shape): number {
  const channels = input.at(-1) ?? 0;
  const used = new Float64Array(data.length / channels);
  data.forEach((value, i) => {
    if (value !== 0) used[Math.floor(i / channels)]! += 1;
  });
  let products = sizeOf(shape.slice(0, -1)) * sizeOf(sliding.window) * channels;
  slide(sliding, input, shape, (_, cells) => {
    for (const { position } of cells) products -= used[position]!;
  });
  return products;
}

/** A kernel for more channels than the input has: the input's channel c is `channels[c]` of the kernel's `width`. */
export interface ChannelSelection {
  readonly channels: readonly number[];
  readonly width: number;
}

/** y[o, f] = bias[f] + sum over taps t and channels c, of the filter's group, of x[o, t, c] kernel[t, c, f]. */
export function convolve(
  operation: Omit<ConvolutionOperation, 'kernel'> & { readonly kernel: Float32Array | Float64Array },
  x: Tensor,
  shape: Shape,
  selection: ChannelSelection | null = null,
): Float64Array {
  const { kernel, bias, filters, groups = 1 } = operation;
  const channels = x.shape.at(-1) ?? 0;
  const { width } = selection ?? { width: channels / groups };
  const each = filters / groups;
  const y = repeated(bias, filters, sizeOf(shape));
  slide(operation, x.shape, shape, (position, cells) => {
    for (const cell of cells) {
      for (let c = 0; c < channels; c++) {
        const value = x.data[cell.position * channels + c]!;
        // Most deltas are zero past a ReLU, and a reference that is slow is run seldom.
        if (value === 0) continue;
        const first = Math.floor((c * groups) / channels) * each;
        const channel = selection ? selection.channels[c]! : c % width;
        const from = (cell.tap * width + channel) * filters + first;
        addScaled(y, position * filters + first, value, kernel, from, each);
      }
    }
  });
  return y;
}

/** y[o, c m + j] = bias[c m + j] + sum over taps t of x[o, t, c] kernel[t, c, j]. */
export function convolveDepthwise(operation: DepthwiseOperation, x: Tensor, shape: Shape): Float64Array {
  const { kernel, bias, multiplier } = operation;
  const channels = x.shape.at(-1) ?? 0;
  const results = channels * multiplier;
  const y = fill(shape, (coordinates) => bias?.[coordinates.at(-1) ?? 0] ?? 0);
  slide(operation, x.shape, shape, (position, cells) => {
    for (const cell of cells) {
      for (let r = 0; r < results; r++) {
        const value = x.data[cell.position * channels + Math.floor(r / multiplier)] ?? 0;
        y[position * results + r] =
          (y[position * results + r] ?? 0) + value * (kernel[cell.tap * results + r] ?? 0);
      }
    }
  });
  return y;
}

/** The largest or the mean value under the window; cells of padding do not count. */
export function pool(operation: PoolOperation, x: Tensor, shape: Shape): Float64Array {
  const channels = x.shape.at(-1) ?? 0;
  const y = new Float64Array(sizeOf(shape));
  slide(operation, x.shape, shape, (position, cells) => {
    for (let c = 0; c < channels; c++) {
      const values = cells.map((cell) => x.data[cell.position * channels + c] ?? 0);
      y[position * channels + c] = reduce(operation.reduction, values);
    }
  });
  return y;
}

export function globalPool({ reduction }: GlobalPoolOperation, x: Tensor): Float64Array {
  const channels = x.shape.at(-1) ?? 0;
  const strides = stridesOf(x.shape);
  return fill([channels], ([c = 0]) => {
    const values: number[] = [];
    forEachPlace(x.shape.slice(0, -1), (position) => {
      values.push(x.data[flatIndex(strides, position) + c] ?? 0);
    });
    return reduce(reduction, values);
  });
}

function reduce(reduction: PoolOperation['reduction'], values: readonly number[]): number {
  return reduction === 'max'
    ? values.reduce((largest, value) => Math.max(largest, value), -Infinity)
    : values.reduce((sum, value) => sum + value, 0) / values.length;
}
