import {
  broadcastDims,
  broadcastStrides,
  readStrided,
  type ConstantTensor,
} from '../../nodes/constant-tensor.ts';
import type { GraphTensor } from '../../nodes/graph-builder.ts';
import { NoRule } from '../../nodes/node-context.ts';
import {
  add,
  affine,
  changed,
  divide,
  extreme,
  merge,
  multiply,
  power,
  subtract,
} from '../../nodes/operations/merging.ts';
import type { OnnxRule } from '../onnx-context.ts';

const mean: OnnxRule = (context) => {
  const { length } = context.inputs;
  return context.affine(add(context), 1 / length, 0);
};

/** The first where the condition, which is known, holds, and the second elsewhere. */
const where: OnnxRule = (context) => {
  const condition = context.constant(0);
  const parts = [true, false].map((isFirst): GraphTensor | ConstantTensor => {
    const chosen = changed(condition, (value) => Number((value !== 0) === isFirst));
    const value = context.inputs[isFirst ? 1 : 2];
    if (value?.kind === 'constant') return product(value.constant, chosen);
    const x = context.tensor(isFirst ? 1 : 2);
    return affine(context, x, chosen, 0);
  });
  const tensors = parts.filter((part) => 'node' in part);
  const [constant] = parts.filter((part) => 'values' in part);
  const [first] = tensors;
  if (!first) throw new NoRule('none of what it chooses from depends on the input');
  return constant ? affine(context, first, 1, constant) : merge(context, 'add', tensors);
};

/** Where a factor is 0 the other one may be infinite. */
function product(a: ConstantTensor, factors: ConstantTensor): ConstantTensor {
  const dims = broadcastDims(a.dims, factors.dims);
  if (!dims) throw new NoRule('shapes of its inputs do not fit');
  const [left, right] = [a, factors].map((x) => readStrided(x.values, dims, broadcastStrides(x.dims, dims)));
  const values = Float64Array.from(left ?? [], (value, i) =>
    right?.[i] === 0 ? 0 : value * (right?.[i] ?? 1),
  );
  return { dims, type: 'float', values };
}

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
  Pow: power,
  Where: where,
};
