import type { MergeFunction } from '../../operations/merge.ts';
import type { Shape } from '../../tail/shape.ts';
import type { BinaryFunction } from '../primitives.ts';
import type { ProgramBuilder } from '../program-builder.ts';
import type { Tensor } from '../program.ts';

const FUNCTIONS = {
  add: 'add',
  average: 'add',
  subtract: 'subtract',
  multiply: 'multiply',
  maximum: 'maximum',
  minimum: 'minimum',
} as const satisfies Record<MergeFunction, BinaryFunction>;

/** `[batch, ...own]` with axes of length 1 in front, so that it can be broadcast against `[batch, ...shape]`. */
export function alignedTo(b: ProgramBuilder, x: Tensor, own: Shape, shape: Shape): Tensor {
  const [batch = 1] = b.shape(x);
  const missing = shape.slice(own.length).map(() => 1);
  return b.reshape(x, [batch, ...missing, ...own]);
}

/** Element by element over tensors that can be broadcast; the result is as large as they are together. */
export function broadcastMerge(b: ProgramBuilder, name: MergeFunction, tensors: readonly Tensor[]): Tensor {
  const combined = tensors.reduce((left, right) => b.binary(FUNCTIONS[name], left, right));
  return name === 'average' ? b.binary('divide', combined, b.scalar(tensors.length)) : combined;
}

/** `x < 0 ? slope * x : x`. */
export function prelu(b: ProgramBuilder, x: Tensor, slope: Tensor): Tensor {
  const below = b.binary('multiply', b.unary('relu', b.unary('negate', x)), slope);
  return b.binary('subtract', b.unary('relu', x), below);
}
