import type { AttributeValue, OnnxBuilder } from '@ablation-cam/tools/onnx-builder';
import { asImage, copied, type Draw, type Drawn, type Draws } from './draw.ts';

type Attributes = Record<string, AttributeValue>;

/** A number for each axis of positions. */
function each({ dims }: Drawn, number: (length: number) => number): number[] {
  return dims.slice(2).map(number);
}

/** How a window slides: with cells of padding on each side, or as `auto_pad` says. */
function sliding(
  b: OnnxBuilder,
  x: Drawn,
  window: readonly number[],
  holes: readonly number[] = [],
): Attributes {
  const strides = each(x, () => b.random.integer(1, 3));
  const mode = b.random.pick(['pads', 'pads', 'SAME_UPPER', 'SAME_LOWER', 'VALID']);
  // ONNX Runtime pads by less than nothing where a stride is longer than a window.
  const fits = mode === 'VALID' || strides.every((stride, axis) => stride <= (window[axis] ?? 1));
  if (mode !== 'pads' && fits && holes.every((step) => step === 1)) return { strides, auto_pad: mode };
  const most = window.map((count) => count - 1);
  const pads = [...most, ...most].map((count) => b.random.integer(0, count));
  return { strides, pads };
}

/** No longer than the positions. */
function windowOn(b: OnnxBuilder, x: Drawn, most = 3): number[] {
  return each(x, (length) => b.random.integer(1, Math.min(most, length)));
}

/** In one group, in two, or each channel by itself. */
function grouped(b: OnnxBuilder, given: Drawn): { readonly x: Drawn; readonly groups: number } {
  switch (b.random.integer(0, 2)) {
    case 0:
      return { x: given, groups: 1 };
    case 1:
      return { x: copied(b, given, 1, 2), groups: 2 };
    default:
      return { x: given, groups: given.dims[1] ?? 1 };
  }
}

const conv: Draw = (b, given) => {
  const { x, groups } = grouped(b, given);
  const window = windowOn(b, x);
  const dilations = window.map((count, axis) =>
    2 * (count - 1) < (x.dims[axis + 2] ?? 1) ? b.random.integer(1, 2) : 1,
  );
  const [filters, channels] = [groups * b.random.integer(1, 3), (x.dims[1] ?? 1) / groups];
  const bias = b.random.integer(0, 1) === 0 ? [b.weight([filters])] : [];
  return b.node('Conv', [x.name, b.weight([filters, channels, ...window]), ...bias], {
    group: groups,
    dilations,
    ...sliding(b, x, window, dilations),
  });
};

const convTranspose: Draw = (b, given) => {
  const { x, groups } = grouped(b, given);
  const window = windowOn(b, x, 4);
  const strides = window.map(() => b.random.integer(1, 3));
  const perGroup = b.random.integer(1, 3);
  const bias = b.random.integer(0, 1) === 0 ? [b.weight([groups * perGroup])] : [];
  const inputs = [x.name, b.weight([x.dims[1] ?? 1, perGroup, ...window]), ...bias];
  // A length that is asked for, or what is taken off and put on at the ends.
  const lengths = window.map((count, axis) => ((x.dims[axis + 2] ?? 1) - 1) * (strides[axis] ?? 1) + count);
  const shape = lengths.map((length, axis) =>
    Math.max(1, length - b.random.integer(0, (window[axis] ?? 1) - 1)),
  );
  const ends: Attributes =
    b.random.integer(0, 2) === 0
      ? { output_shape: shape }
      : {
          pads: [...window, ...window].map((count) => b.random.integer(0, Math.floor((count - 1) / 2))),
          output_padding: strides.map((stride) => b.random.integer(0, stride - 1)),
        };
  const dilations = window.map(() => ('output_shape' in ends ? 1 : b.random.integer(1, 2)));
  return b.node('ConvTranspose', inputs, { group: groups, strides, dilations, ...ends });
};

/** @param since the version whose windows may begin where only a part of one is left */
const pool =
  (type: string, since: number): Draw =>
  (b, x) => {
    const kernel = windowOn(b, x);
    const attributes = { kernel_shape: kernel, ...sliding(b, x, kernel) };
    const rounding =
      b.opset >= since && !('auto_pad' in attributes) ? { ceil_mode: b.random.integer(0, 1) } : {};
    const counting = type === 'AveragePool' ? { count_include_pad: b.random.integer(0, 1) } : {};
    return b.node(type, [x.name], { ...attributes, ...rounding, ...counting });
  };

const lpPool: Draw = (b, x) => {
  const kernel = windowOn(b, x);
  return b.node('LpPool', [x.name], {
    p: b.random.integer(1, 2),
    kernel_shape: kernel,
    ...sliding(b, x, kernel),
  });
};

const COORDINATES = ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'];
const NEAREST = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'];

const resize: Draw = (b, given) => {
  const x = asImage(b, given);
  const sizes = each(x, () => b.random.integer(1, 9));
  const scales = [1, 1, ...each(x, () => b.random.pick([0.5, 1, 1.5, 2, 3]))];
  const kept = scales.map((scale, axis) => (Math.floor(scale * (x.dims[axis] ?? 1)) < 1 ? 1 : scale));
  const mode = b.random.pick(['nearest', 'linear', ...(b.opset >= 11 ? ['cubic'] : [])]);
  if (b.opset < 11) return b.node('Resize', [x.name, b.floats([4], kept)], { mode });
  const settings: Attributes = {
    mode,
    coordinate_transformation_mode: b.random.pick(COORDINATES),
    nearest_mode: b.random.pick(NEAREST),
    ...(mode === 'cubic' && {
      cubic_coeff_a: { float: b.random.pick([-0.5, -0.75]) },
      exclude_outside: b.random.integer(0, 1),
    }),
  };
  // Version 11 wants the region that another mode crops.
  const region = b.opset < 13 ? b.floats([0], []) : '';
  const none = b.opset < 13 ? b.floats([0], []) : '';
  return b.random.integer(0, 1) === 0
    ? b.node('Resize', [x.name, region, b.floats([4], kept)], settings)
    : b.node('Resize', [x.name, region, none, b.ints([1, x.dims[1] ?? 1, ...sizes])], settings);
};

const upsample: Draw = (b, given) => {
  const x = asImage(b, given);
  const scales = [1, 1, ...each(x, () => b.random.integer(1, 3))];
  const mode = b.random.pick(['nearest', 'linear']);
  if (b.opset >= 9) return b.node('Upsample', [x.name, b.floats([4], scales)], { mode });
  // A list of floats, also where all of them are whole.
  return b.node('Upsample', [x.name], { mode, scales: { floats: scales } });
};

/** Operators that slide a window, or look at all positions. */
export const windowDraws: Draws = {
  AveragePool: pool('AveragePool', 19),
  Conv: conv,
  ConvTranspose: convTranspose,
  GlobalAveragePool: (b, { name }) => b.node('GlobalAveragePool', [name]),
  GlobalLpPool: (b, { name }) => b.node('GlobalLpPool', [name], { p: b.random.integer(1, 2) }),
  GlobalMaxPool: (b, { name }) => b.node('GlobalMaxPool', [name]),
  LpPool: lpPool,
  MaxPool: pool('MaxPool', 10),
  Resize: resize,
  Upsample: upsample,
};
