import { numbersOf } from '../../nodes/constant-tensor.ts';
import { NoRule } from '../../nodes/node-context.ts';
import type { AxisInterpolation } from '../../nodes/operations/interpolation.ts';
import { resizeAxes, type ResampledAxis } from '../../nodes/operations/resize.ts';
import type { OnnxRule } from '../onnx-context.ts';

const resize: OnnxRule = (context) => {
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
  const settings: AxisInterpolation = {
    mode: mode === 'linear' || mode === 'bilinear' ? 'linear' : mode,
    coordinates: isOld ? 'asymmetric' : attributes.text('coordinate_transformation_mode', 'half_pixel'),
    nearest: isOld ? 'floor' : attributes.text('nearest_mode', 'round_prefer_floor'),
    cubic: attributes.float('cubic_coeff_a', -0.75),
    excludesOutside: attributes.int('exclude_outside', 0) === 1,
  };
  const scales = scalesGiven.length > 0 ? scalesGiven : attributes.node.attributes.get('scales')?.floats;
  const resized = axes.flatMap((axis, i): ResampledAxis[] => {
    const from = dims[axis] ?? 1;
    const to = sizesGiven[i] ?? Math.floor(from * (scales?.[i] ?? 1) + 1e-7);
    const scale = sizesGiven.length > 0 ? to / from : (scales?.[i] ?? 1);
    if (!(to >= 1)) throw new NoRule('it leaves nothing');
    return to === from && scale === 1 ? [] : [{ axis, from, to, scale }];
  });
  return resizeAxes(context, x, resized, settings);
};

export const resizeRules: Readonly<Record<string, OnnxRule>> = { Resize: resize, Upsample: resize };
