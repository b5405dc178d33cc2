import type { ConvolutionOperation } from '../../operations/convolution.ts';
import { ungroupedKernel } from '../../operations/grouped-kernel.ts';
import { isPointwise } from '../../operations/sliding-window.ts';
import type { SlidingWindow } from '../../operations/sliding-window.ts';
import type { WeightValues } from '../../plan/weights.ts';
import { sizeOf, type Shape } from '../../tail/shape.ts';
import { definite, type ProgramBuilder } from '../program-builder.ts';
import type { Tensor } from '../program.ts';
import { asImages, convolveImages, imageAxes, type ConvolutionOptions } from './windows.ts';

/** A convolution without bias, `[batch, ...positions, filters]`, in groups where the engine takes them. */
export function convolution(
  b: ProgramBuilder,
  x: Tensor,
  operation: ConvolutionOperation,
  positions: Shape,
): Tensor {
  return b.takesGroups
    ? linear(b, x, operation.kernel, operation, positions, operation)
    : linear(b, x, ungroupedKernel(operation), operation, positions);
}

/**
 * A convolution or dense layer without bias, `[batch, ...positions, filters]`: a matrix product where the window is a single cell.
 * In parts of its filters where one node may not take so many multiply-adds for an input or variant.
 *
 * @param x `[batch, ...positions, channels]`
 * @param kernel `[...window, channels / groups, filters]`
 * @param sliding null for a dense layer
 */
export function linear(
  b: ProgramBuilder,
  x: Tensor,
  kernel: WeightValues,
  sliding: SlidingWindow | null,
  positions: Shape,
  { groups = 1, skipsZeros = false, skipsZeroCells = false }: ConvolutionOptions = {},
): Tensor {
  const [batch = 1, ...shape] = b.shape(x);
  const [channels = 1] = shape.slice(-1);
  const isEachCell = sliding && isPointwise(sliding, [...definite(shape.slice(0, -1)), 1], [...positions, 1]);
  // A product does not tell positions apart, which have other cells that are zero.
  const isProduct = isEachCell && groups === 1 && !(skipsZeroCells && sizeOf(positions) > 1);
  const own = (typeof channels === 'number' ? channels : 1) / groups;
  const rows = (sliding ? sizeOf(sliding.window) : 1) * own;
  const filters = kernel.length / rows;
  const wanted = Math.ceil((sizeOf(positions) * kernel.length) / b.mostOperations);
  // Groups are as good as parts.
  const parts = groups > 1 ? 1 : Math.min(filters, Math.max(1, wanted));
  const size = Math.ceil(filters / parts);
  const results = Array.from({ length: Math.ceil(filters / size) }, (_, i) => {
    const length = Math.min(size, filters - i * size);
    const columns = takeFilters(kernel, rows, filters, i * size, length);
    const y =
      sliding === null || isProduct
        ? b.add(
            { kind: 'mat-mul', skipsZeros },
            [b.asRows(x), b.constant(columns, [rows, length])],
            [b.shape(b.asRows(x))[0] ?? 1, length],
          )
        : convolveImages(
            b,
            asImages(b, x),
            b.constant(columns, [...imageAxes(sliding.window, 1), own, length]),
            sliding,
            positions,
            { groups, skipsZeroCells },
          );
    return b.reshape(y, [batch, ...positions, length]);
  });
  return b.concat(results, positions.length + 1);
}

/** Some columns of a kernel `[rows, filters]`. */
function takeFilters(
  kernel: WeightValues,
  rows: number,
  filters: number,
  start: number,
  length: number,
): WeightValues {
  if (length === filters) return kernel;
  const taken =
    kernel instanceof Float32Array ? new Float32Array(rows * length) : new Float64Array(rows * length);
  for (let row = 0; row < rows; row++) {
    const from = row * filters + start;
    taken.set(kernel.subarray(from, from + length), row * length);
  }
  return taken;
}
