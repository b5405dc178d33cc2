import type { MergeFunction, Shape } from '@ablation-cam/kernels';
import { numberField } from '../layer-fields.ts';
import { inputShapeOf, noRule, type LayerRule } from '../translation.ts';

function merge(name: MergeFunction): LayerRule {
  return ({ inputs }) => [{ operation: { kind: 'merge', function: name }, shape: broadcastShape(inputs) }];
}

const concatenate: LayerRule = (context) => {
  const shape = inputShapeOf(context);
  const given = numberField(context.layer, 'axis');
  if (given === 0) return noRule('it joins batches');
  // Whichever negative axis is asked for, TensorFlow.js joins along the last.
  const axis = given < 0 ? shape.length - 1 : given - 1;
  const length = context.inputs.reduce((total, input) => total + (input[axis] ?? 0), 0);
  return [
    {
      operation: { kind: 'concatenate', axis },
      shape: shape.map((size, i) => (i === axis ? length : size)),
    },
  ];
};

export const mergeRules: Readonly<Record<string, LayerRule>> = {
  Add: merge('add'),
  Multiply: merge('multiply'),
  Average: merge('average'),
  Maximum: merge('maximum'),
  Minimum: merge('minimum'),
  Concatenate: concatenate,
};

/**
 * TensorFlow.js fills up the ranks behind the batch axis, so that without it shapes are aligned at their ends: the
 * longest axis of each place wins over those of length 1.
 */
function broadcastShape(shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const filled = shapes.map((shape) => [...new Array<number>(rank - shape.length).fill(1), ...shape]);
  return Array.from({ length: rank }, (_, axis) => Math.max(...filled.map((shape) => shape[axis] ?? 1)));
}
