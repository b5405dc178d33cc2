import type { ResizeOperation } from '@ablation-cam/kernels';
import { numbersOf } from '../constant-tensor.ts';
import { NoRule, type NodeRule } from '../node-context.ts';
import { alongAxis } from './along-axis.ts';
import { interpolation, type OnnxInterpolation } from './interpolation.ts';

interface ResizedAxis {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly scale: number;
}

/** The operation that resizes images, where it computes what is asked for. */
function asOperation(
  rank: number,
  axes: readonly ResizedAxis[],
  settings: OnnxInterpolation,
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

/** Any other coordinate mode is a linear map along each axis, with weights that depend on the sizes alone. */
const resize: NodeRule = (context) => {
  const { attributes, node } = context;
  const x = context.tensor(0);
  const dims = context.dims();
  const isOld = node.type === 'Upsample' || context.opset < 11;
  const [scalesAt, sizesAt] = isOld ? [1, -1] : [2, 3];
  const scalesGiven = context.inputs[scalesAt] ? numbersOf(context.constant(scalesAt)) : [];
  const sizesGiven = sizesAt >= 0 && context.inputs[sizesAt] ? numbersOf(context.constant(sizesAt)) : [];
  const axesGiven = attributes.ints('axes')?.map((axis) => context.axis(dims.length, axis));
  const axes = axesGiven ?? dims.map((_, axis) => axis);
  if (attributes.text('keep_aspect_ratio_policy', 'stretch') !== 'stretch')
    throw new NoRule('it keeps the aspect ratio');
  if (attributes.int('antialias', 0) === 1) throw new NoRule('it smooths before it shrinks');
  const mode = attributes.text('mode', 'nearest');
  const settings: OnnxInterpolation = {
    mode: mode === 'linear' || mode === 'bilinear' ? 'linear' : mode,
    coordinates: isOld ? 'asymmetric' : attributes.text('coordinate_transformation_mode', 'half_pixel'),
    nearest: isOld ? 'floor' : attributes.text('nearest_mode', 'round_prefer_floor'),
    cubic: attributes.float('cubic_coeff_a', -0.75),
    excludesOutside: attributes.int('exclude_outside', 0) === 1,
  };
  const scales = scalesGiven.length > 0 ? scalesGiven : attributes.node.attributes.get('scales')?.floats;
  const resized = axes.flatMap((axis, i): ResizedAxis[] => {
    const from = dims[axis] ?? 1;
    const to = sizesGiven[i] ?? Math.floor(from * (scales?.[i] ?? 1) + 1e-7);
    const scale = sizesGiven.length > 0 ? to / from : (scales?.[i] ?? 1);
    if (!(to >= 1)) throw new NoRule('it leaves nothing');
    return to === from && scale === 1 ? [] : [{ axis, from, to, scale }];
  });
  if (resized.length === 0) return context.map({ kind: 'identity' }, x);
  const operation = asOperation(dims.length, resized, settings);
  if (operation) {
    const images = context.channelsLast(x);
    const [height = 1, width = 1, channels = 1] = context.builder.shape(images);
    const lengthOf = (axis: number, length: number): number =>
      resized.find((each) => each.axis === axis)?.to ?? length;
    return context.fromChannelsLast(
      context.add(operation, [images], [lengthOf(2, height), lengthOf(3, width), channels]),
    );
  }
  return resized.reduce((tensor, { axis, from, to, scale }) => {
    const matrix = interpolation(from, to, scale, settings);
    if (!matrix)
      throw new NoRule(
        `it interpolates with "${settings.mode}", "${settings.coordinates}", "${settings.nearest}"`,
      );
    return alongAxis(context, tensor, axis, to, matrix);
  }, x);
};

export const resizeRules: Readonly<Record<string, NodeRule>> = { Resize: resize, Upsample: resize };
