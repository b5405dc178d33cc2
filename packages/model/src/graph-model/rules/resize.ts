import type { AxisInterpolation } from '../../nodes/operations/interpolation.ts';
import { resizeAxes, type ResampledAxis } from '../../nodes/operations/resize.ts';
import type { GraphModelContext, GraphModelRule } from '../graph-model-context.ts';

/** Where places of TensorFlow's resizing read, in ONNX's terms. */
function settingsOf({ attributes }: GraphModelContext, mode: 'linear' | 'nearest'): AxisInterpolation {
  const others = { mode, cubic: 0, excludesOutside: false };
  if (attributes.flag('align_corners'))
    return { ...others, coordinates: 'align_corners', nearest: 'round_prefer_ceil' };
  if (!attributes.flag('half_pixel_centers'))
    return { ...others, coordinates: 'asymmetric', nearest: 'floor' };
  return {
    ...others,
    coordinates: mode === 'nearest' ? 'tf_half_pixel_for_nn' : 'half_pixel',
    nearest: 'floor',
  };
}

function resize(mode: 'linear' | 'nearest'): GraphModelRule {
  return (context) => {
    const sizes = context.numbers(1);
    const x = context.channelsFirst(context.tensor(0));
    const [, height = 1, width = 1] = context.dims();
    const axes = [height, width].flatMap((from, i): ResampledAxis[] => {
      const to = sizes[i] ?? from;
      return to === from ? [] : [{ axis: 2 + i, from, to, scale: to / from }];
    });
    return context.inLayout(resizeAxes(context, x, axes, settingsOf(context, mode)));
  };
}

export const resizeRules: Readonly<Record<string, GraphModelRule>> = {
  ResizeBilinear: resize('linear'),
  ResizeNearestNeighbor: resize('nearest'),
};
