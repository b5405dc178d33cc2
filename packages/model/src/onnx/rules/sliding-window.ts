import type { Padding, SlideSettings } from '../../nodes/operations/sliding-window.ts';
import type { Attributes } from '../attributes.ts';

/** How a convolution or pooling of ONNX slides over so many axes. Source: ONNX operators, Conv-11 and MaxPool-12. */
export function slideSettings(attributes: Attributes, axes: number): SlideSettings {
  const ones = new Array<number>(axes).fill(1);
  return {
    strides: attributes.ints('strides') ?? ones,
    dilation: attributes.ints('dilations') ?? ones,
    padding: paddingOf(attributes, axes),
    roundsUp: attributes.int('ceil_mode', 0) === 1,
  };
}

function paddingOf(attributes: Attributes, axes: number): Padding {
  switch (attributes.text('auto_pad', 'NOTSET')) {
    case 'VALID':
      return 'valid';
    case 'SAME_UPPER':
      return 'same-upper';
    case 'SAME_LOWER':
      return 'same-lower';
  }
  const pads = attributes.ints('pads') ?? [];
  return Array.from({ length: axes }, (_, axis) => [pads[axis] ?? 0, pads[axis + axes] ?? 0] as const);
}
