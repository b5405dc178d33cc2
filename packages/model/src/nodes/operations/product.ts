import type { GraphTensor } from '../graph-builder.ts';
import { broadcastDims } from '../constant-tensor.ts';
import { dimsOf, product } from '../layout.ts';
import { NoRule, type NodeContext } from '../node-context.ts';
import { merge } from './merging.ts';
import { sum } from './reductions.ts';

/** Products that are written down before they are summed: 8 MB a variant. */
const MOST_PRODUCTS = 2 ** 21;

/**
 * `a b` of matrices, the last two axes, that both depend on the input, as attention has them: all products of a row and a column,
 * and their sums. Axes in front are broadcast.
 *
 * @throws NoRule where shapes do not fit, or there are too many products
 */
export function matrixProduct(context: NodeContext, a: GraphTensor, b: GraphTensor): GraphTensor {
  const { builder } = context;
  const [left, right] = [dimsOf(a.layout), dimsOf(b.layout)];
  const [rows = 1, inner = 1] = left.slice(-2);
  const [length = 1, columns = 1] = right.slice(-2);
  const front = broadcastDims(left.slice(0, -2), right.slice(0, -2));
  if (left.length < 2 || right.length < 2 || inner !== length || !front)
    throw new NoRule(`its factors [${left.join(', ')}] and [${right.join(', ')}] do not fit`);
  const count = product([...front, rows, columns, inner]);
  if (count > MOST_PRODUCTS)
    throw new NoRule(
      `both of its factors depend on the input, and it sums ${count.toLocaleString('en')} products`,
    );
  const swapped = right.map((_, axis) => axis).toSpliced(-2, 2, right.length - 1, right.length - 2);
  const ofRows = builder.reshapeTensor(a, [...left.slice(0, -2), rows, 1, inner]);
  const ofColumns = builder.reshapeTensor(builder.transpose(b, swapped), [
    ...right.slice(0, -2),
    1,
    columns,
    inner,
  ]);
  const products = merge(context, 'multiply', [ofRows, ofColumns]);
  return builder.reshapeTensor(sum(context, products, [front.length + 2]), [...front, rows, columns]);
}
