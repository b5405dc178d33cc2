import * as tf from '@tensorflow/tfjs';
import type { ActivationOperation } from '@ablation-cam/kernels';
import { activate } from './activation.ts';

/** f as a sum of `slope * x` and of `factor * relu(x - corner)`, where it is one. */
interface PiecewiseLinear {
  readonly slope: number;
  readonly corners: readonly { readonly at: number; readonly factor: number }[];
}

/** What the change of an activation reads of the base alone; made once, however many variants follow. */
export type ActivationAids = readonly tf.Tensor[];

/** Returns the aids of `activationChange` for a base. */
export function activationAids(operation: ActivationOperation, base: tf.Tensor): ActivationAids {
  const linear = piecewiseLinear(operation);
  if (!linear) return [base.clone(), activate(operation, base)];
  return linear.corners.flatMap(({ at }) => {
    const fromCorner = at === 0 ? base.clone() : base.sub(at);
    return [fromCorner, tf.relu(fromCorner.neg())];
  });
}

/**
 * Returns f(base) - f(base - delta). Where f is made of straight pieces the change is computed from the delta and never as a
 * difference of two large values: a delta that stays on one piece comes out without rounding.
 *
 * @param aids of the base, reshaped so that they can be broadcast against delta
 */
export function activationChange(
  operation: ActivationOperation,
  aids: ActivationAids,
  delta: tf.Tensor,
): tf.Tensor {
  const linear = piecewiseLinear(operation);
  if (!linear) {
    const [base, value] = pair(aids, 0);
    return value.sub(activate(operation, base.sub(delta)));
  }
  const { slope, corners } = linear;
  const terms = corners.map(({ factor }, i) => scaled(reluChange(pair(aids, i), delta), factor));
  if (slope !== 0) terms.unshift(scaled(delta, slope));
  return terms.reduce((sum, term) => sum.add(term));
}

/**
 * relu(b) - relu(b - d) = b > 0 ? min(d, b) : min(d - b, 0), as (d + relu(-b)) - relu(d - b): the same in every case, and
 * minima take the WASM backend thirty times as long.
 */
function reluChange([base, below]: readonly [tf.Tensor, tf.Tensor], delta: tf.Tensor): tf.Tensor {
  return delta.add(below).sub(tf.relu(delta.sub(base)));
}

function piecewiseLinear({ function: name, alpha = 0 }: ActivationOperation): PiecewiseLinear | null {
  switch (name) {
    case 'relu':
      return { slope: 0, corners: [{ at: 0, factor: 1 }] };
    case 'leaky-relu':
      return { slope: alpha, corners: [{ at: 0, factor: 1 - alpha }] };
    case 'relu6':
      return {
        slope: 0,
        corners: [
          { at: 0, factor: 1 },
          { at: 6, factor: -1 },
        ],
      };
    case 'hard-sigmoid':
      return {
        slope: 0,
        corners: [
          { at: -2.5, factor: 0.2 },
          { at: 2.5, factor: -0.2 },
        ],
      };
    case 'elu':
    case 'selu':
    case 'sigmoid':
    case 'tanh':
    case 'softplus':
    case 'softsign':
    case 'swish':
    case 'gelu':
    case 'gelu-tanh':
    case 'mish':
    case 'thresholded-relu':
      return null;
  }
}

function scaled(x: tf.Tensor, factor: number): tf.Tensor {
  return factor === 1 ? x : x.mul(factor);
}

function pair(aids: ActivationAids, index: number): readonly [tf.Tensor, tf.Tensor] {
  const [first, second] = aids.slice(2 * index);
  if (!first || !second) throw new RangeError('An activation was given no base.');
  return [first, second];
}
