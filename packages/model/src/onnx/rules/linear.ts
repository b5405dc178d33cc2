import { product } from '../../nodes/layout.ts';
import { NoRule } from '../../nodes/node-context.ts';
import { dense, product2d } from '../../nodes/operations/dense.ts';
import { matrixProduct } from '../../nodes/operations/product.ts';
import type { OnnxRule } from '../onnx-context.ts';

const gemm: OnnxRule = (context) => {
  const { attributes, inputs } = context;
  const alpha = attributes.float('alpha', 1);
  const beta = attributes.float('beta', 1);
  const x = context.tensor(0);
  const dims = context.dims();
  if (dims.length !== 2) throw new NoRule('its input is no matrix');
  const input = attributes.int('transA', 0) === 1 ? context.builder.transpose(x, [1, 0]) : x;
  const isTransposed = attributes.int('transB', 0) === 1;
  const weights = context.constant(1);
  const units = weights.dims[isTransposed ? 0 : 1] ?? 1;
  const summand = inputs[2] ? context.constant(2) : null;
  const isRow =
    summand === null || product(summand.dims) === 1 || summand.dims.at(-1) === product(summand.dims);
  if (!isRow || (summand && ![1, units].includes(product(summand.dims))))
    throw new NoRule('its summand is no row');
  const bias =
    summand &&
    Float32Array.from({ length: units }, (_, i) => beta * (summand.values[i % summand.values.length] ?? 0));
  return dense(context, input, weights, { isTransposed, scale: alpha, bias });
};

const matMul: OnnxRule = (context) => {
  if (context.inputs[1]?.kind === 'tensor')
    return matrixProduct(context, context.tensor(0), context.tensor(1));
  return product2d(context, context.tensor(0), context.constant(1));
};

export const linearRules: Readonly<Record<string, OnnxRule>> = {
  Gemm: gemm,
  MatMul: matMul,
};
