import { sizeOf, stridesOf } from '../tail/shape.ts';
import { always, WITHOUT_WEIGHTS, type Facts } from './facts.ts';

/** The inputs one after the other along `axis`. */
export interface ConcatenateOperation {
  readonly kind: 'concatenate';
  readonly axis: number;
}

export const concatenateFacts: Facts<ConcatenateOperation> = {
  ...WITHOUT_WEIGHTS,
  isLinear: always(true),
  isElementwise: false,
  channels: always(null),
  support: ({ axis }, inputs, shape) => {
    const stride = stridesOf(shape)[axis] ?? 1;
    const length = shape[axis] ?? 1;
    return {
      sets: sizeOf(shape),
      setOf: (element) => element,
      visit: (set, read) => {
        let along = Math.floor(set / stride) % length;
        const outer = Math.floor(set / (stride * length));
        for (const [input, own] of inputs.entries()) {
          const size = own[axis] ?? 0;
          if (along < size) {
            read((outer * size + along) * stride + (set % stride), input);
            return;
          }
          along -= size;
        }
      },
    };
  },
  shape: ({ axis }, inputs) => {
    const total = inputs.reduce((sum, own) => sum + (own[axis] ?? 0), 0);
    return (inputs[0] ?? []).map((length, i) => (i === axis ? total : length));
  },
  fusible: always(null),
  ownEpilogue: null,
  axes: always(1),
};
