import type { EvaluatedOperation, OperationMap } from '../../operations/operation.ts';
import { sizeOf, type Shape } from '../../tail/shape.ts';
import { activate } from '../activation-functions.ts';
import type { Tensor } from '../tensor.ts';
import { merge, prelu, scaleAndShift } from './elementwise.ts';
import { dense, normalizeGroups, normalizeLayer, softmax } from './mixing.ts';
import { concatenate, permute, resize, shift } from './moves.ts';
import { convolve, convolveDepthwise, globalPool, pool } from './windows.ts';

export type EvaluatedKind = EvaluatedOperation['kind'];

/** Returns an operation's value in float64; `x` is the first of its inputs. */
type Evaluation<Operation> = (
  operation: Operation,
  x: Tensor,
  shape: Shape,
  inputs: readonly Tensor[],
) => Float64Array;

const EVALUATIONS: { readonly [Kind in EvaluatedKind]: Evaluation<OperationMap[Kind]> } = {
  activation: (operation, x) => x.data.map((value) => activate(operation, value)),
  affine: scaleAndShift,
  pool,
  'global-pool': globalPool,
  reshape: (_, x) => x.data,
  dense,
  convolution: (operation, x, shape) => convolve(operation, x, shape),
  depthwise: convolveDepthwise,
  prelu,
  softmax,
  'layer-normalization': normalizeLayer,
  'group-normalization': normalizeGroups,
  merge: (operation, _, shape, inputs) => merge(operation.function, inputs, shape),
  concatenate: (operation, _, shape, inputs) => concatenate(operation.axis, inputs, shape),
  permute: (operation, x, shape) => permute(operation.axes, x, shape),
  pad: (operation, x, shape) => shift(operation.before, x, shape),
  crop: (operation, x, shape) =>
    shift(
      operation.before.map((count) => -count),
      x,
      shape,
    ),
  resize,
  repeat: (_, x, shape) => new Float64Array(sizeOf(shape)).map((__, i) => x.data[i % x.data.length] ?? 0),
};

export function evaluationOf<Kind extends EvaluatedKind>({
  kind,
}: {
  readonly kind: Kind;
}): Evaluation<OperationMap[Kind]> {
  return EVALUATIONS[kind];
}
