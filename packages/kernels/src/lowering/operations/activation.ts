import type { ActivationOperation } from '../../operations/activation.ts';
import type { ProgramBuilder } from '../program-builder.ts';
import type { Tensor } from '../program.ts';

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** f(x). */
export function activate(
  b: ProgramBuilder,
  { function: name, alpha = 0 }: ActivationOperation,
  x: Tensor,
): Tensor {
  switch (name) {
    case 'relu':
    case 'sigmoid':
    case 'tanh':
    case 'softplus':
      return b.unary(name, x);
    case 'relu6':
      return b.unary('clip', x, 6);
    case 'leaky-relu':
    case 'elu':
    case 'thresholded-relu':
      return b.unary(name, x, alpha);
    case 'selu':
      return b.scaled(b.unary('elu', x, SELU_ALPHA), SELU_SCALE);
    case 'hard-sigmoid':
      return b.unary('clip', b.binary('add', b.scaled(x, 0.2), b.scalar(0.5)), 1);
    case 'softsign':
      return b.binary('divide', x, plusOne(b, b.unary('absolute', x)));
    case 'swish':
      return b.binary('multiply', x, b.unary('sigmoid', x));
    case 'gelu':
      return halfOf(b, x, b.unary('erf', b.scaled(x, Math.SQRT1_2)));
    case 'gelu-tanh': {
      const cube = b.binary('multiply', b.binary('multiply', x, x), x);
      const sum = b.binary('add', x, b.scaled(cube, 0.044715));
      return halfOf(b, x, b.unary('tanh', b.scaled(sum, Math.sqrt(2 / Math.PI))));
    }
    case 'mish':
      return b.binary('multiply', x, b.unary('tanh', b.unary('softplus', x)));
    case 'exponential':
    case 'logarithm':
      return b.unary(name, x);
    case 'power':
      return alpha === 0.5 ? b.unary('square-root', x) : b.unary(name, x, alpha);
    case 'reciprocal':
      return b.binary('divide', b.scalar(1), x);
    case 'error-function':
      return b.unary('erf', x);
    case 'hard-swish':
      return b.binary('multiply', x, b.unary('clip', b.binary('add', b.scaled(x, 1 / 6), b.scalar(0.5)), 1));
    case 'squareplus':
      return squareplus(b, x);
  }
}

/**
 * (x + sqrt(x^2 + 4)) / 2 as the larger root t = (|x| + sqrt(x^2 + 4)) / 2 where x is positive and as 1 / t elsewhere, which is
 * relu(x) + 1 / t: the sum itself cancels where x is negative.
 */
function squareplus(b: ProgramBuilder, x: Tensor): Tensor {
  const root = b.unary('square-root', b.binary('add', b.binary('multiply', x, x), b.scalar(4)));
  const larger = b.scaled(b.binary('add', b.unary('absolute', x), root), 0.5);
  return b.binary('add', b.unary('relu', x), b.binary('divide', b.scalar(1), larger));
}

/** x / 2 (y + 1). */
function halfOf(b: ProgramBuilder, x: Tensor, y: Tensor): Tensor {
  return b.binary('multiply', b.scaled(x, 0.5), plusOne(b, y));
}

function plusOne(b: ProgramBuilder, x: Tensor): Tensor {
  return b.binary('add', x, b.scalar(1));
}

/** Whether f never falls, so that the largest of f(x) is f of the largest x. */
export function isMonotone({ function: name, alpha = 0 }: ActivationOperation): boolean {
  switch (name) {
    case 'relu':
    case 'relu6':
    case 'selu':
    case 'sigmoid':
    case 'hard-sigmoid':
    case 'tanh':
    case 'softplus':
    case 'softsign':
    case 'exponential':
    case 'logarithm':
    case 'error-function':
    case 'squareplus':
      return true;
    case 'leaky-relu':
    case 'elu':
    case 'thresholded-relu':
    case 'power':
      return alpha >= 0;
    case 'reciprocal':
    case 'swish':
    case 'gelu':
    case 'gelu-tanh':
    case 'mish':
    case 'hard-swish':
      return false;
  }
}
