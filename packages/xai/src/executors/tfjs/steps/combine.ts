import * as tf from '@tensorflow/tfjs';
import {
  channelsOf,
  positionsOf,
  sizeOf,
  type CombineStep,
  type ConcatenateStep,
  type MergeFunction,
  type Operand,
  type Shape,
} from '@ablation-cam/kernels';
import type { Constants } from '../constants.ts';
import { compileEpilogue } from '../epilogue.ts';
import { channelSlice, operandBase, operandDelta } from '../operands.ts';
import { alignedTo, merge } from '../operations/elementwise.ts';
import type { Chunk, Values } from '../values.ts';
import type { CompiledStep } from './compiled-step.ts';

/** F(bases) - F(bases - deltas), element by element. */
export function compileCombine(step: CombineStep, constants: Constants): CompiledStep {
  const { operands, shape, segment, function: name } = step;
  const epilogue = compileEpilogue(step.epilogue, segment, shape, constants);
  const positions = positionsOf(shape);
  const [only] = operands;
  // Then nothing is broadcast, and channels outside the segment need not exist.
  const isAlone =
    only !== undefined &&
    operands.length === 1 &&
    sizeOf(only.shape) === sizeOf(shape) &&
    channelsOf(only.shape) === channelsOf(shape);

  return (values, chunk) => {
    const tensor = isAlone
      ? operandDelta({ ...only, shape }, values, chunk, segment)
      : channelSlice(combined(name, operands, shape, values, chunk), segment);
    return epilogue({ tensor, inside: false, positions, channels: segment.length }, values, chunk);
  };
}

/** Deltas one after the other. */
export function compileConcatenate({ operands, axis }: ConcatenateStep): CompiledStep {
  return (values, chunk) =>
    tf.concat(
      operands.map((operand) => operandDelta(operand, values, chunk)),
      axis + 1,
    );
}

/** The change of the whole tensor, `[inputs * variants, ...shape]`. */
function combined(
  name: MergeFunction,
  operands: readonly Operand[],
  shape: Shape,
  values: Values,
  chunk: Chunk,
): tf.Tensor {
  const rows = chunk.inputs * chunk.variants;
  const deltas = operands.map((operand) =>
    alignedTo(operandDelta(operand, values, chunk), operand.shape, shape),
  );
  const change = (): tf.Tensor => {
    if (name === 'add' || name === 'subtract' || name === 'average') return merge(name, deltas);
    const bases = operands.map((operand) => {
      const base = operandBase(operand, values).reshape([chunk.inputs, 1, -1]);
      const repeated = base.tile([1, chunk.variants, 1]).reshape([rows, ...operand.shape]);
      return alignedTo(repeated, operand.shape, shape);
    });
    if (name === 'multiply') return productChange(bases, deltas);
    const variants = bases.map((base, i) => base.sub(deltas[i] ?? 0));
    return merge(name, bases).sub(merge(name, variants));
  };
  return tf.broadcastTo(change(), [rows, ...shape]);
}

/** a b - (a - d)(b - e) = d b + (a - d) e, one factor after the other: no difference of two large values. */
function productChange(bases: readonly tf.Tensor[], deltas: readonly tf.Tensor[]): tf.Tensor {
  let [product, change] = [bases[0], deltas[0]];
  if (!product || !change) throw new RangeError('Nothing to multiply.');
  for (let i = 1; i < bases.length; i++) {
    const [base, delta] = [bases[i], deltas[i]];
    if (!base || !delta) throw new RangeError('A factor is missing.');
    change = change.mul(base).add(product.sub(change).mul(delta));
    product = product.mul(base);
  }
  return change;
}
