import { channelsOf, positionsOf, sizeOf, type Shape } from '../tail/shape.ts';
import { always, present, sameShape, type Facts } from './facts.ts';
import { groupsAlong } from './support.ts';

/**
 * Normalises groups of neighbouring channels (the last axis), each over all positions and its channels together:
 *
 *     y[p, c] = gamma[c] * (x[p, c] - mean) / sqrt(variance + epsilon) + beta[c]
 *
 * with the (biased) variance. One group normalises everything together; groups of one channel are an instance
 * normalisation.
 */
export interface GroupNormalizationOperation {
  readonly kind: 'group-normalization';
  /** Channels of a group, a divisor of their number. */
  readonly groupSize: number;
  readonly epsilon: number;
  /** One for each channel; null stands for ones. */
  readonly gamma: Float32Array | null;
  /** One for each channel; null stands for zeros. */
  readonly beta: Float32Array | null;
}

/** The same flat data with an axis for the groups: `[positions, groups, channels of a group]`; 0 and 2 go together. */
export function groupedShape({ groupSize }: GroupNormalizationOperation, shape: Shape): Shape {
  return [sizeOf(positionsOf(shape)), channelsOf(shape) / groupSize, groupSize];
}

/** The axes of `groupedShape` that are normalised together. */
export const GROUPED_AXES: readonly number[] = [0, 2];

export const groupNormalizationFacts: Facts<GroupNormalizationOperation> = {
  isLinear: always(false),
  isElementwise: false,
  channels: ({ groupSize }) => ({ together: groupSize, multiplier: 1 }),
  support: (operation, _, shape) => groupsAlong(GROUPED_AXES, groupedShape(operation, shape)),
  shape: sameShape,
  multiplyAdds: always(0),
  kernel: always(null),
  // A summand stands behind as many factors, also where there are none.
  weights: ({ gamma, beta }) => ({
    factors: present(gamma ?? (beta && new Float32Array(beta.length).fill(1))),
    summands: present(beta),
  }),
  fusible: always(null),
  ownEpilogue: 'behind',
  // Positions are one axis to its kernel, however many there are.
  axes: always(1),
};
