import { NoRule } from '../../nodes/node-context.ts';
import {
  add,
  divide,
  extreme,
  merge,
  multiply,
  operandsOf,
  power,
  subtract,
} from '../../nodes/operations/merging.ts';
import type { OnnxRule } from '../onnx-context.ts';

const mean: OnnxRule = (context) => {
  const { tensors, constants } = operandsOf(context);
  if (constants.length > 0 || tensors.length < 2) throw new NoRule('it averages constants');
  return merge(context, 'average', tensors);
};

/** Operators of several tensors, element by element; those with constants are of one tensor. */
export const mergeRules: Readonly<Record<string, OnnxRule>> = {
  Add: add,
  Sum: add,
  Mul: multiply,
  Sub: subtract,
  Div: divide,
  Max: extreme('maximum'),
  Min: extreme('minimum'),
  Mean: mean,
  Pow: (context) => {
    const { values } = context.constant(1);
    return power(context, context.tensor(0), values.length === 1 ? (values[0] ?? NaN) : NaN);
  },
};
