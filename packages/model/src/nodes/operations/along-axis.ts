import type { GraphTensor } from '../graph-builder.ts';
import { dimsOf, layoutOf } from '../layout.ts';
import type { NodeContext } from '../node-context.ts';

/** The result along an axis as a product with a matrix `[cells, length]` of what each of its places reads. */
export function alongAxis(
  context: NodeContext,
  tensor: GraphTensor,
  axis: number,
  length: number,
  matrix: Float32Array,
): GraphTensor {
  const { node, order } = context.builder.asAxes(tensor);
  const dims = dimsOf(tensor.layout);
  const others = order.filter((other) => other !== axis);
  const layout = layoutOf(dims, order);
  const source = context.builder.lay(
    { node, layout },
    [...others, axis].map((each) => [each]),
  );
  const shape = [...others.map((other) => dims[other] ?? 1), length];
  const made = context.add({ kind: 'dense', units: length, kernel: matrix, bias: null }, [source], shape);
  // Back in its order, so that channels stay last.
  const result = { node: made, layout: layoutOf(dims.with(axis, length), [...others, axis]) };
  const back = context.builder.lay(
    result,
    order.map((each) => [each]),
  );
  return { node: back, layout: layoutOf(dims.with(axis, length), order) };
}
