import type { ActivationOperation } from '../../operations/activation.ts';
import type { ProgramBuilder } from '../program-builder.ts';
import type { Tensor } from '../program.ts';
import { activate } from './activation.ts';

/** f as a sum of `slope * x` and of `factor * relu(x - corner)`, where it is one. */
interface PiecewiseLinear {
  readonly slope: number;
  readonly corners: readonly { readonly at: number; readonly factor: number }[];
}

/**
 * f(base) - f(base - delta). Where f is made of straight pieces the change is computed from the delta and never as a difference of
 * two large values: a delta that stays on one piece comes out without rounding.
 *
 * @param base in a shape that can be broadcast against delta
 */
export function activationChange(
  b: ProgramBuilder,
  operation: ActivationOperation,
  base: Tensor,
  delta: Tensor,
): Tensor {
  const linear = piecewiseLinear(operation);
  if (!linear) {
    return b.binary(
      'subtract',
      activate(b, operation, base),
      activate(b, operation, b.binary('subtract', base, delta)),
    );
  }
  const { slope, corners } = linear;
  const terms = corners.map(({ at, factor }) => {
    const fromCorner = at === 0 ? base : b.binary('subtract', base, b.scalar(at));
    return b.scaled(reluChange(b, fromCorner, delta), factor);
  });
  if (slope !== 0) terms.unshift(b.scaled(delta, slope));
  return terms.reduce((sum, term) => b.binary('add', sum, term));
}

/**
 * relu(x) - relu(x - d) = x > 0 ? min(d, x) : min(d - x, 0), as (d + relu(-x)) - relu(d - x): the same in every case, and minima
 * take TensorFlow.js's WASM backend thirty times as long.
 */
function reluChange(b: ProgramBuilder, base: Tensor, delta: Tensor): Tensor {
  const below = b.unary('relu', b.unary('negate', base));
  const beyond = b.unary('relu', b.binary('subtract', delta, base));
  return b.binary('subtract', b.binary('add', delta, below), beyond);
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
    case 'exponential':
    case 'logarithm':
    case 'power':
    case 'reciprocal':
    case 'error-function':
    case 'hard-swish':
    case 'squareplus':
      return null;
  }
}
