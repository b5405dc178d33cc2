import type { Shape } from '@ablation-cam/kernels';
import { isChannelsFirst, layerField, numberField, numbersField, pairsField } from '../layer-fields.ts';
import { Resizing } from '../../layers-of-our-own/resizing.ts';
import { channelsLast, inputShapeOf, noRule, type LayerRule, type Link } from '../translation.ts';
import { affine } from './activations.ts';

const flatten: LayerRule = (context) => {
  const shape = inputShapeOf(context);
  const flat = { operation: { kind: 'reshape' }, shape: [product(shape)] } as const;
  if (!isChannelsFirst(context.layer) || shape.length === 1) return [flat];
  const axes = [...shape.slice(1).map((_, i) => i + 1), 0];
  return [{ operation: { kind: 'permute', axes }, shape: axes.map((axis) => shape[axis] ?? 0) }, flat];
};

const reshape: LayerRule = (context) => {
  const shape = inputShapeOf(context);
  const target = layerField(context.layer, 'targetShape') as readonly (number | null)[];
  const known = target.reduce<number>((size, length) => size * (length ?? 1), 1);
  return [
    { operation: { kind: 'reshape' }, shape: target.map((length) => length ?? product(shape) / known) },
  ];
};

const permute: LayerRule = (context) => {
  const shape = inputShapeOf(context);
  const axes = numbersField(context.layer, 'dims').map((dim) => dim - 1);
  return [{ operation: { kind: 'permute', axes }, shape: axes.map((axis) => shape[axis] ?? 0) }];
};

const zeroPadding: LayerRule = (context) =>
  channelsLast(isChannelsFirst(context.layer), inputShapeOf(context), (shape) => {
    const padding = pairsField(context.layer, 'padding');
    const padded = shape.map((length, axis) => length + sum(padding[axis]));
    return [{ operation: { kind: 'pad', before: padding.map(([before]) => before) }, shape: padded }];
  });

const cropping: LayerRule = (context) =>
  channelsLast(isChannelsFirst(context.layer), inputShapeOf(context), (shape) => {
    const cut = pairsField(context.layer, 'cropping');
    const cropped = shape.map((length, axis) => length - sum(cut[axis]));
    return [{ operation: { kind: 'crop', before: cut.map(([before]) => before) }, shape: cropped }];
  });

const upSampling: LayerRule = (context) =>
  channelsLast(isChannelsFirst(context.layer), inputShapeOf(context), (shape) => {
    const factors = numbersField(context.layer, 'size');
    const interpolation = layerField(context.layer, 'interpolation') === 'nearest' ? 'nearest' : 'bilinear';
    const resized = shape.map((length, axis) => length * (factors[axis] ?? 1));
    return [{ operation: { kind: 'resize', interpolation, coordinates: 'asymmetric' }, shape: resized }];
  });

/** Of this package: channels last, with half-pixel centers. */
const upSamplingOfKeras: LayerRule = (context) => {
  const [height = 1, width = 1, channels = 1] = inputShapeOf(context);
  const [down = 1, across = 1] = numbersField(context.layer, 'size');
  return [resized('bilinear', [height * down, width * across, channels])];
};

const resizing: LayerRule = (context) => {
  const { layer } = context;
  if (!(layer instanceof Resizing)) return noRule('its class is not that of this package');
  const shape = inputShapeOf(context);
  const [height = 1, width = 1, channels = 1] = shape;
  const { start, size, border } = layer.framing([height, width]);
  const links: Link[] = [];
  const part: Shape = [...size, channels];
  if (size[0] !== height || size[1] !== width) {
    links.push({ operation: { kind: 'crop', before: start }, shape: part });
  }
  if (border[0] > 0 || border[1] > 0) {
    const framed = [size[0] + 2 * border[0], size[1] + 2 * border[1], channels];
    // Padding is with zeros: what it stands for is moved there and back.
    const fill = layer.fillValue;
    if (fill !== 0) links.push(affine(1, -fill, part));
    links.push({ operation: { kind: 'pad', before: border }, shape: framed });
    if (fill !== 0) links.push(affine(1, fill, framed));
  }
  return [...links, resized(layer.interpolation, [layer.height, layer.width, channels])];
};

function resized(interpolation: 'nearest' | 'bilinear', shape: Shape): Link {
  return { operation: { kind: 'resize', interpolation, coordinates: 'half-pixel' }, shape };
}

const repeatVector: LayerRule = (context) => [
  { operation: { kind: 'repeat' }, shape: [numberField(context.layer, 'n'), ...inputShapeOf(context)] },
];

/** Layers that move, repeat or drop values. */
export const moveRules: Readonly<Record<string, LayerRule>> = {
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  ZeroPadding2D: zeroPadding,
  Cropping2D: cropping,
  UpSampling2D: upSampling,
  KerasUpSampling2D: upSamplingOfKeras,
  KerasResizing: resizing,
  RepeatVector: repeatVector,
};

function product(shape: Shape): number {
  return shape.reduce((size, length) => size * length, 1);
}

function sum(pair: readonly [number, number] | undefined): number {
  return pair ? pair[0] + pair[1] : 0;
}
