import type { GraphTensor } from './graph-builder.ts';
import { dimsOf, layoutOf, type Dims } from './layout.ts';
import type { NodeContext } from './node-context.ts';
import type { FileNode } from './node-file.ts';

/** Tells the shape of an output of a node. @throws ModelError `unsupported-layer` where nothing tells it */
interface OpaqueShapes<Node extends FileNode> {
  opaqueDims(context: NodeContext<Node>, output: string): Dims;
}

/** The results of a node without operations here, each a node that only something else can run; numbers are in the file's order. */
export function opaqueResults<Node extends FileNode>(
  shapes: OpaqueShapes<Node>,
  context: NodeContext<Node>,
  reason: string,
): GraphTensor[] {
  const { node, builder } = context;
  const tensors = context.inputs.flatMap((input) => (input?.kind === 'tensor' ? [input.tensor] : []));
  const inputs = tensors.map((tensor) =>
    builder.lay(
      tensor,
      inFileOrder(dimsOf(tensor.layout)).map((axis) => [axis]),
    ),
  );
  // The shape of a result that nobody reads may be unknown.
  const outputs = node.outputs.slice(0, 1 + node.outputs.findLastIndex((output) => context.isRead(output)));
  return outputs.map((output) => {
    const dims = shapes.opaqueDims(context, output);
    const order = inFileOrder(dims);
    const shape = order.map((axis) => dims[axis] ?? 1);
    const made = builder.add({ kind: 'opaque', layerClass: node.type, reason }, inputs, shape);
    return { node: made, layout: layoutOf(dims, order) };
  });
}

/** The axes of a tensor in the order of the file, without the batch where its length is 1. */
function inFileOrder(dims: Dims): number[] {
  return dims.map((_, axis) => axis).filter((axis) => axis > 0 || dims[0] !== 1);
}
