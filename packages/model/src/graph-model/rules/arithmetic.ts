import { product } from '../../nodes/layout.ts';
import { NoRule } from '../../nodes/node-context.ts';
import {
  add,
  affine,
  changed,
  divide,
  extreme,
  multiply,
  power,
  powerOf,
  subtract,
} from '../../nodes/operations/merging.ts';
import { normalizeChannels } from '../../nodes/operations/normalization.ts';
import type { GraphModelContext, GraphModelRule } from '../graph-model-context.ts';

/** One number for each channel of the first input, as something that is broadcast to it. */
export function ofChannels(
  context: GraphModelContext,
  index: number,
): ReturnType<GraphModelContext['constant']> {
  const rank = context.dims().length;
  const bias = context.constant(index);
  const axis = context.channelAxis(rank);
  return { ...bias, dims: context.dims().map((_, i) => (i === axis ? product(bias.dims) : 1)) };
}

const batchNormalization: GraphModelRule = (context) => {
  // Statistics that are not of the batch but given are what its other outputs hold.
  if (context.readsMore) throw new NoRule('its statistics are asked for');
  return normalizeChannels(context, context.tensor(0), {
    constants: [context.constant(1), context.constant(2), context.constant(3), context.constant(4)],
    epsilon: context.attributes.number('epsilon', 1e-3),
    axis: context.channelAxis(context.dims().length),
  });
};

/** Operators of several tensors, element by element; those with constants are of one tensor. */
export const arithmeticRules: Readonly<Record<string, GraphModelRule>> = {
  Add: add,
  AddV2: add,
  AddN: add,
  BiasAdd: (context) => context.affine(context.tensor(0), 1, ofChannels(context, 1)),
  Sub: subtract,
  Mul: multiply,
  Div: divide,
  RealDiv: divide,
  DivNoNan: (context) =>
    affine(
      context,
      context.tensor(0),
      changed(context.constant(1), (value) => (value === 0 ? 0 : 1 / value)),
      0,
    ),
  Maximum: extreme('maximum'),
  Minimum: extreme('minimum'),
  Pow: power,
  Square: (context) => powerOf(context, context.tensor(0), 2),
  SquaredDifference: (context) => powerOf(context, subtract(context), 2),
  FusedBatchNorm: batchNormalization,
  FusedBatchNormV2: batchNormalization,
  FusedBatchNormV3: batchNormalization,
};
