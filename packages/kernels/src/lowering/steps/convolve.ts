import type { ConvolveStep } from '../../plan/steps.ts';
import type { WeightValues } from '../../plan/weights.ts';
import { channelsOf, positionsOf, sizeOf } from '../../tail/shape.ts';
import type { Change } from '../change.ts';
import type { PlanValues } from '../operands.ts';
import { linear } from '../operations/linear.ts';
import type { ConvolutionOptions } from '../operations/windows.ts';

/**
 * A convolution of every variant's deltas, or a matrix product where the window is a single cell.
 *
 * @param skipped whether elements may rest in all variants, and whether that is looked at cell by cell
 */
export function lowerConvolve(
  step: ConvolveStep,
  kernel: WeightValues,
  values: PlanValues,
  skipped: Pick<ConvolutionOptions, 'skipsZeros' | 'skipsZeroCells'>,
): Change {
  const { source, sliding, shape } = step;
  const positions = positionsOf(shape);
  const deltas = values.get(source.delta, [...positionsOf(source.shape), source.segment.length]);
  const isWhole = values.b.takesGroups && source.segment.length === channelsOf(source.shape);
  const own = isWhole && step.grouped ? step.grouped : { groups: 1, values: segmentRows(step, kernel) };
  const tensor = linear(values.b, deltas, own.values, sliding, positions, { groups: own.groups, ...skipped });
  return { tensor, inside: false, positions, channels: channelsOf(shape) };
}

/** The rows of the kernel for the source's segment, `[taps, segment, filters]`. */
function segmentRows({ source, sliding, shape }: ConvolveStep, kernel: WeightValues): WeightValues {
  const { start, length } = source.segment;
  const channels = channelsOf(source.shape);
  if (length === channels) return kernel;
  const filters = channelsOf(shape);
  const size = sizeOf(sliding.window) * length * filters;
  const rows = kernel instanceof Float32Array ? new Float32Array(size) : new Float64Array(size);
  for (let tap = 0; tap < sizeOf(sliding.window); tap++) {
    const from = (tap * channels + start) * filters;
    rows.set(kernel.subarray(from, from + length * filters), tap * length * filters);
  }
  return rows;
}
