import { always, APART, present, sameShape, type Facts } from './facts.ts';
import { groupsAlong } from './support.ts';

/**
 * `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with mean and (biased) variance over `axes`, one pair for
 * each element of the other axes.
 */
export interface LayerNormalizationOperation {
  readonly kind: 'layer-normalization';
  /** Ascending, at least one. */
  readonly axes: readonly number[];
  readonly epsilon: number;
  /** Row-major over the lengths of `axes`; null stands for ones. */
  readonly gamma: Float32Array | null;
  /** Row-major over the lengths of `axes`; null stands for zeros. */
  readonly beta: Float32Array | null;
}

export const layerNormalizationFacts: Facts<LayerNormalizationOperation> = {
  isLinear: always(false),
  isElementwise: false,
  channels: ({ axes }, input) => (axes.includes(input.length - 1) ? null : APART),
  support: ({ axes }, _, shape) => groupsAlong(axes, shape),
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
  axes: ({ axes }, _, shape) => Math.max(axes.length, shape.length - axes.length),
};
