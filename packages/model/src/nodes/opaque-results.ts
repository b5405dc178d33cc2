import type { GraphBuilder, GraphTensor } from './graph-builder.ts';
import { dimsOf, layoutOf, type Dims } from './layout.ts';
import type { Value, Writing } from './node-context.ts';
import type { FileNode } from './node-file.ts';
import type { OpaqueInput, OpaqueNode } from './opaque-node.ts';

/** A tensor that a node reads, as the file calls it. */
export interface NamedValue {
  readonly name: string;
  readonly value: Value;
}

/** Tells the shape of an output of a node. @throws ModelError `unsupported-layer` where nothing tells it */
interface OpaqueShapes<Node extends FileNode> {
  opaqueDims(node: Node, inputs: readonly (OpaqueInput | null)[], output: string): Dims;
}

/**
 * The results of a node without operations here, each an `opaque` node that only something else can run; numbers are in the file's
 * order.
 *
 * @param read the node's inputs, null where one is left out, and what it captures
 */
export function opaqueResults<Node extends FileNode>(
  shapes: OpaqueShapes<Node>,
  node: Node,
  { builder, isRead }: Writing,
  read: readonly (NamedValue | null)[],
  reason: string,
): { readonly tensors: readonly GraphTensor[]; readonly opaque: OpaqueNode<Node> } {
  const laid: number[] = [];
  const inputs = read.map((input): OpaqueInput | null => {
    if (input === null) return null;
    const { name, value } = input;
    if (value.kind === 'constant') return { kind: 'constant', name, constant: value.constant };
    const place = laid.push(layInFileOrder(builder, value.tensor)) - 1;
    return { kind: 'tensor', name, place, dims: dimsOf(value.tensor.layout) };
  });
  // The shape of a result that nobody reads may be unknown.
  const outputs = node.outputs.slice(0, 1 + node.outputs.findLastIndex((output) => isRead(output)));
  const made = outputs.map((name) => {
    const dims = shapes.opaqueDims(node, inputs, name);
    const order = inFileOrder(dims);
    const shape = order.map((axis) => dims[axis] ?? 1);
    const id = builder.add({ kind: 'opaque', layerClass: node.type, reason }, laid, shape);
    return { tensor: { node: id, layout: layoutOf(dims, order) }, output: { name, node: id, shape } };
  });
  return {
    tensors: made.map(({ tensor }) => tensor),
    opaque: { from: node, inputs, outputs: made.map(({ output }) => output) },
  };
}

function layInFileOrder(builder: GraphBuilder, tensor: GraphTensor): number {
  const groups = inFileOrder(dimsOf(tensor.layout)).map((axis) => [axis]);
  return builder.lay(tensor, groups);
}

/** The axes of a tensor in the order of the file, without the batch where its length is 1. */
function inFileOrder(dims: Dims): number[] {
  return dims.map((_, axis) => axis).filter((axis) => axis > 0 || dims[0] !== 1);
}
