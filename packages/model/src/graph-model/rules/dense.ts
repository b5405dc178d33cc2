import { floatsOf, floatTensor } from '../../nodes/constant-tensor.ts';
import type { GraphTensor } from '../../nodes/graph-builder.ts';
import { dimsOf } from '../../nodes/layout.ts';
import { NoRule } from '../../nodes/node-context.ts';
import { product2d } from '../../nodes/operations/dense.ts';
import { matrixProduct } from '../../nodes/operations/product.ts';
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
  const tensor = turned(context, context.tensor(0), first);
  if (context.inputs[1]?.kind !== 'tensor')
    return product2d(context, tensor, context.constant(1), { isTransposed: second, bias });
  const made = matrixProduct(context, tensor, turned(context, context.tensor(1), second));
  return bias ? context.affine(made, 1, floatTensor([bias.length], bias)) : made;
}

/** Its last two axes exchanged, where they are to be. */
function turned({ builder }: GraphModelContext, x: GraphTensor, isTransposed: boolean): GraphTensor {
  const rank = dimsOf(x.layout).length;
  if (rank < 2) throw new NoRule('one of its factors is no matrix');
  if (!isTransposed) return x;
  const swapped = Array.from({ length: rank }, (_, axis) => axis)
    .with(-1, rank - 2)
    .with(-2, rank - 1);
  return builder.transpose(x, swapped);
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
