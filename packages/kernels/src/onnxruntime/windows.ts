import type { Length, ProgramShape } from '../lowering/length.ts';
import type { ConvolutionPrimitive, ImageWindow, PoolPrimitive } from '../lowering/primitives.ts';
import { withoutZeroCells } from './active-cells.ts';
import { lengthOf, type Factors } from './layout.ts';
import type { Attribute } from './onnx-model.ts';
import type { ModelTensor, StoredTensor, TensorWriter } from './tensor-writer.ts';

/** `[batch, height, width, channels]`, with the channels in front of the positions, as the library wants images. */
function asImages({ layout: { axes } }: ModelTensor): Factors[] {
  const [batch = [], height = [], width = [], channels = []] = axes;
  return [batch, channels, height, width];
}

export function convolved(
  writer: TensorWriter,
  window: ConvolutionPrimitive,
  images: ModelTensor,
  kernel: ModelTensor,
  shape: ProgramShape,
): StoredTensor {
  const [height = [], width = [], channels = [], filters = []] = kernel.layout.axes;
  const dense = (): string =>
    writer.model.add(
      'Conv',
      [
        writer.arranged(images, asImages(images)),
        writer.arranged(kernel, [filters, channels, height, width]),
      ],
      { dilations: window.dilation, group: window.groups, ...sliding(window) },
    );
  const [rows, columns] = [shape[1], shape[2]].map((length) => count(length ?? 1));
  const size = [rows ?? 1, columns ?? 1] as const;
  const name = window.skipsZeros
    ? withoutZeroCells(writer, { window, images, kernel, size }, dense)
    : dense();
  return stored(writer, name, images, shape, filters);
}

export function convolvedDepthwise(
  writer: TensorWriter,
  window: ImageWindow,
  images: ModelTensor,
  kernel: ModelTensor,
  shape: ProgramShape,
): StoredTensor {
  const [height = [], width = [], channels = [], multiplier = []] = kernel.layout.axes;
  const filters = [...channels, ...multiplier];
  if (isWholeImage(writer, window, images, kernel, shape)) {
    // A row times a matrix for every channel, which the library does in half the time of so many convolutions of one result each.
    const [batch = [], rows = [], columns = [], own = []] = images.layout.axes;
    const name = writer.model.add('MatMul', [
      writer.arranged(images, [own, batch, [...rows, ...columns]]),
      writer.arranged(kernel, [channels, [...height, ...width], multiplier]),
    ]);
    return writer.stored(name, [batch, [], [], [...own, ...multiplier]], [own, batch, multiplier]);
  }
  const inputs = [
    writer.arranged(images, asImages(images)),
    writer.arranged(kernel, [filters, [], height, width]),
  ];
  const attributes = { dilations: window.dilation, group: count(lengthOf(channels)), ...sliding(window) };
  return made(writer, 'Conv', inputs, attributes, images, shape, filters);
}

export function pooled(
  writer: TensorWriter,
  window: PoolPrimitive,
  images: ModelTensor,
  shape: ProgramShape,
): StoredTensor {
  const opType = window.reduction === 'max' ? 'MaxPool' : 'AveragePool';
  const [, channels = []] = asImages(images);
  const inputs = [writer.arranged(images, asImages(images))];
  return made(writer, opType, inputs, sliding(window), images, shape, channels);
}

/** Whether the window is the image, so that each channel has a single result for a filter. */
function isWholeImage(
  writer: TensorWriter,
  { window, padBefore, padAfter }: ImageWindow,
  { layout: { axes } }: ModelTensor,
  kernel: ModelTensor,
  shape: ProgramShape,
): boolean {
  const size = axes.slice(1, 3).map(lengthOf);
  const isOne = shape.slice(1, 3).every((length) => writer.length(length) === 1);
  const isBare = [...padBefore, ...padAfter].every((count) => count === 0);
  return (
    isOne && isBare && kernel.kind === 'constant' && size.every((length, axis) => length === window[axis])
  );
}

function sliding({ window, strides, padBefore, padAfter }: ImageWindow): Record<string, Attribute> {
  return { kernel_shape: window, strides, pads: [...padBefore, ...padAfter] };
}

function made(
  writer: TensorWriter,
  opType: string,
  inputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>>,
  images: ModelTensor,
  shape: ProgramShape,
  channels: Factors,
): StoredTensor {
  return stored(writer, writer.model.add(opType, inputs, attributes), images, shape, channels);
}

/** `[batch, channels, height, width]` of a result. */
function stored(
  writer: TensorWriter,
  name: string,
  images: ModelTensor,
  shape: ProgramShape,
  channels: Factors,
): StoredTensor {
  const [batch = []] = images.layout.axes;
  const [height = [], width = []] = shape.slice(1, 3).map((length) => writer.factors(length));
  return writer.stored(name, [batch, height, width, channels], [batch, channels, height, width]);
}

function count(length: Length): number {
  if (typeof length === 'number') return length;
  throw new RangeError('A number of groups or positions counts inputs.');
}
