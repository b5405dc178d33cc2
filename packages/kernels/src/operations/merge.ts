import { isSameShape, sizeOf, stridesOf, type Shape } from '../tail/shape.ts';
import { always, WITHOUT_WEIGHTS, type Facts } from './facts.ts';
import { placeAt } from './support.ts';

/** What a merge computes, element by element, of two or more tensors. */
export type MergeFunction = 'add' | 'subtract' | 'multiply' | 'average' | 'maximum' | 'minimum';

/**
 * Element-wise over two or more inputs (`subtract`: exactly two; an input may come twice). Shapes are aligned at their
 * last axis and an axis of length 1, or one that is missing in front, is repeated: `[channels]` against
 * `[height, width, channels]` is one factor for each channel.
 */
export interface MergeOperation {
  readonly kind: 'merge';
  readonly function: MergeFunction;
}

/** Whether the change of the result is the same combination of changes, without the values. */
export function isLinearMerge(name: MergeFunction): boolean {
  switch (name) {
    case 'add':
    case 'subtract':
    case 'average':
      return true;
    case 'multiply':
    case 'maximum':
    case 'minimum':
      return false;
  }
}

/** How far apart neighbours of the result lie in an input; 0 along axes where it is repeated. */
function broadcastStrides(own: Shape, shape: Shape): number[] {
  const missing = shape.length - own.length;
  const strides = stridesOf(own);
  return shape.map((_, axis) => ((own[axis - missing] ?? 1) === 1 ? 0 : (strides[axis - missing] ?? 0)));
}

function broadcastShape(inputs: readonly Shape[]): Shape {
  const rank = Math.max(...inputs.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) =>
    Math.max(...inputs.map((own) => own[axis - rank + own.length] ?? 1)),
  );
}

export const mergeFacts: Facts<MergeOperation> = {
  ...WITHOUT_WEIGHTS,
  isLinear: ({ function: name }) => isLinearMerge(name),
  isElementwise: false,
  channels: always(null),
  support: (_, inputs, shape) => {
    const strides = inputs.map((own) => broadcastStrides(own, shape));
    return {
      sets: sizeOf(shape),
      setOf: (element) => element,
      visit: (set, read) => {
        strides.forEach((own, input) => {
          read(placeAt(set, shape, own), input);
        });
      },
    };
  },
  shape: (_, inputs) => broadcastShape(inputs),
  fusible: ({ function: name }) => (name === 'add' ? { place: 'addend' } : null),
  ownEpilogue: null,
  axes: (_, inputs, shape) => (inputs.every((own) => isSameShape(own, shape)) ? 1 : shape.length),
};
