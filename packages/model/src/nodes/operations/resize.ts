import type { ResizeOperation } from '@ablation-cam/kernels';
import type { GraphTensor } from '../graph-builder.ts';
import { dimsOf } from '../layout.ts';
import { NoRule, type NodeContext } from '../node-context.ts';
import { alongAxis } from './along-axis.ts';
import { interpolation, type AxisInterpolation } from './interpolation.ts';

/** An axis that gets another length. */
export interface ResampledAxis {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly scale: number;
}

/** The operation that resizes images, where it computes what is asked for. */
function asOperation(
  rank: number,
  axes: readonly ResampledAxis[],
  settings: AxisInterpolation,
): ResizeOperation | null {
  const isOfImages =
    rank === 4 && axes.every(({ axis, from, to, scale }) => axis >= 2 && scale === to / from);
  if (!isOfImages) return null;
  const { mode, coordinates, nearest } = settings;
  if (mode === 'linear') {
    if (coordinates === 'asymmetric')
      return { kind: 'resize', interpolation: 'bilinear', coordinates: 'asymmetric' };
    const isHalf =
      coordinates === 'half_pixel' ||
      (coordinates === 'pytorch_half_pixel' && axes.every(({ to }) => to > 1));
    return isHalf ? { kind: 'resize', interpolation: 'bilinear', coordinates: 'half-pixel' } : null;
  }
  if (mode !== 'nearest') return null;
  if (coordinates === 'asymmetric' && nearest === 'floor') {
    return { kind: 'resize', interpolation: 'nearest', coordinates: 'asymmetric' };
  }
  // The nearest center: the cell below the place of the cell's middle.
  const isHalf =
    (coordinates === 'half_pixel' && nearest === 'round_prefer_ceil') ||
    (coordinates === 'tf_half_pixel_for_nn' && nearest === 'floor');
  return isHalf ? { kind: 'resize', interpolation: 'nearest', coordinates: 'half-pixel' } : null;
}

/**
 * Resizes axes of a tensor `[batch, channels, ...positions]`: as the operation for images where it computes what is asked for. Any
 * other coordinate mode is a linear map along each axis, with weights that depend on the sizes alone.
 */
export function resizeAxes(
  context: NodeContext,
  x: GraphTensor,
  axes: readonly ResampledAxis[],
  settings: AxisInterpolation,
): GraphTensor {
  if (axes.length === 0) return context.map({ kind: 'identity' }, x);
  const operation = asOperation(dimsOf(x.layout).length, axes, settings);
  if (operation) {
    const images = context.channelsLast(x);
    const [height = 1, width = 1, channels = 1] = context.builder.shape(images);
    const lengthOf = (axis: number, length: number): number =>
      axes.find((each) => each.axis === axis)?.to ?? length;
    return context.fromChannelsLast(
      context.add(operation, [images], [lengthOf(2, height), lengthOf(3, width), channels]),
    );
  }
  return axes.reduce((tensor, { axis, from, to, scale }) => {
    const matrix = interpolation(from, to, scale, settings);
    if (!matrix)
      throw new NoRule(
        `it interpolates with "${settings.mode}", "${settings.coordinates}", "${settings.nearest}"`,
      );
    return alongAxis(context, tensor, axis, to, matrix);
  }, x);
}
