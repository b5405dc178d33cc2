import { floatsOf } from '../../nodes/constant-tensor.ts';
import type { GraphTensor } from '../../nodes/graph-builder.ts';
import { dimsOf } from '../../nodes/layout.ts';
import { NoRule } from '../../nodes/node-context.ts';
import { product2d } from '../../nodes/operations/dense.ts';
import type { GraphModelContext, GraphModelRule } from '../graph-model-context.ts';
import { fusedActivation } from './activations.ts';

interface Transposed {
  readonly first: boolean;
  readonly second: boolean;
}

function factors(
  context: GraphModelContext,
  { first, second }: Transposed,
  bias: Float32Array | null,
): GraphTensor {
  if (context.inputs[1]?.kind === 'tensor') throw new NoRule('its second factor depends on the input');
  const x = context.tensor(0);
  const rank = dimsOf(x.layout).length;
  if (rank < 2) throw new NoRule('its first factor is no matrix');
  const swapped = Array.from({ length: rank }, (_, axis) => axis)
    .with(-1, rank - 2)
    .with(-2, rank - 1);
  const tensor = first ? context.builder.transpose(x, swapped) : x;
  return product2d(context, tensor, context.constant(1), { isTransposed: second, bias });
}

/** `a b`, of which either may lie transposed. */
function matMul(first: string, second: string): GraphModelRule {
  return (context) =>
    factors(
      context,
      { first: context.attributes.flag(first), second: context.attributes.flag(second) },
      null,
    );
}

const fusedMatMul: GraphModelRule = (context) => {
  const { attributes } = context;
  const fused = attributes.texts('fused_ops');
  const hasBias = fused[0] === 'BiasAdd';
  const bias = hasBias ? floatsOf(context.constant(2)) : null;
  const transposed = { first: attributes.flag('transpose_a'), second: attributes.flag('transpose_b') };
  return (hasBias ? fused.slice(1) : fused).reduce(
    (x, name) => fusedActivation(context, x, name, hasBias ? 3 : 2),
    factors(context, transposed, bias),
  );
};

export const denseRules: Readonly<Record<string, GraphModelRule>> = {
  MatMul: matMul('transpose_a', 'transpose_b'),
  BatchMatMul: matMul('adj_x', 'adj_y'),
  BatchMatMulV2: matMul('adj_x', 'adj_y'),
  _FusedMatMul: fusedMatMul,
};
