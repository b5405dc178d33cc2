import { reduceAxes, type Reduction } from '../../nodes/operations/reductions.ts';
import type { OnnxRule } from '../onnx-context.ts';

function reduce(reduction: Reduction): OnnxRule {
  return (context) => {
    const { attributes } = context;
    const x = context.tensor(0);
    const given = context.list(1, 'axes');
    if ((given?.length ?? 0) === 0 && attributes.int('noop_with_empty_axes', 0) === 1)
      return context.map({ kind: 'identity' }, x);
    const axes = given?.length ? given : null;
    return reduceAxes(context, x, reduction, axes, attributes.int('keepdims', 1) === 1);
  };
}

export const reductionRules: Readonly<Record<string, OnnxRule>> = {
  ReduceMean: reduce('mean'),
  ReduceMax: reduce('max'),
  ReduceSum: reduce('sum'),
  ReduceMin: reduce('min'),
};
