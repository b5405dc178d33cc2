import { sizeOf, stridesOf } from '../tail/shape.ts';
import { always, WITHOUT_WEIGHTS, type Facts } from './facts.ts';
import { movedFrom, placeAt } from './support.ts';

/** Output axis i is input axis `axes[i]`. */
export interface PermuteOperation {
  readonly kind: 'permute';
  readonly axes: readonly number[];
}

export const permuteFacts: Facts<PermuteOperation> = {
  ...WITHOUT_WEIGHTS,
  isLinear: always(true),
  isElementwise: false,
  channels: always(null),
  support: ({ axes }, [x = []], shape) => {
    const own = stridesOf(x);
    const strides = axes.map((axis) => own[axis] ?? 0);
    return movedFrom(sizeOf(shape), (element) => placeAt(element, shape, strides));
  },
  shape: ({ axes }, [x = []]) => axes.map((axis) => x[axis] ?? 1),
  fusible: always(null),
  ownEpilogue: 'inside',
  axes: (_, __, shape) => shape.length,
};
