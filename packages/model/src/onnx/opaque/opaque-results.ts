import type { GraphTensor } from '../graph-builder.ts';
import { dimsOf, layoutOf, type Dims } from '../layout.ts';
import type { NodeContext, Value } from '../node-context.ts';
import type { OnnxFile } from '../onnx-file.ts';
import { ModelError } from '../../errors.ts';
import type { OpaqueInput, OpaqueSource } from './opaque-source.ts';
import { dimsOfResult } from './result-dims.ts';

/** A tensor that a node reads, as the file calls it. */
export interface NamedValue {
  readonly name: string;
  readonly value: Value;
  readonly dataType: number;
}

/**
 * The results of a node without operations here, each an `opaque` node that only ONNX Runtime can run, out of the file; numbers
 * are in ONNX's order.
 *
 * @param read the node's inputs, null where one is left out, and what graphs in its attributes read
 * @throws ModelError `unsupported-layer` where neither the operator nor the file tells their shapes
 */
export function opaqueResults(
  file: OnnxFile,
  context: NodeContext,
  read: readonly (NamedValue | null)[],
  reason: string,
): { readonly tensors: GraphTensor[]; readonly source: OpaqueSource } {
  const { node, builder } = context;
  const laid: number[] = [];
  const inputs = read.map((input): OpaqueInput | null => {
    if (input === null) return null;
    const { name, value, dataType } = input;
    if (value.kind === 'constant') return { kind: 'constant', name, constant: value.constant, dataType };
    const dims = dimsOf(value.tensor.layout);
    const groups = inFileOrder(dims).map((axis) => [axis]);
    return { kind: 'tensor', name, place: laid.push(builder.lay(value.tensor, groups)) - 1, dims, dataType };
  });
  // The shape of a result that nobody reads may be unknown.
  const outputs = node.outputs.slice(0, 1 + node.outputs.findLastIndex((output) => context.isRead(output)));
  const made = outputs.map((name) => {
    const dims = dimsOfResult(file, context, name);
    if (!dims) throw unknownShape(file, context);
    const order = inFileOrder(dims);
    const shape = order.map((axis) => dims[axis] ?? 1);
    const id = builder.add({ kind: 'opaque', layerClass: node.type, reason }, laid, shape);
    return { tensor: { node: id, layout: layoutOf(dims, order) }, output: { name, node: id, shape } };
  });
  return {
    tensors: made.map(({ tensor }) => tensor),
    source: { node, opsets: file.opsets, inputs, outputs: made.map(({ output }) => output) },
  };
}

function inFileOrder(dims: Dims): number[] {
  return dims.map((_, axis) => axis).filter((axis) => axis > 0 || dims[0] !== 1);
}

function unknownShape(file: OnnxFile, { node }: NodeContext): ModelError {
  return new ModelError(
    'unsupported-layer',
    `Node "${node.name}" of ${file.name} has the operator ${node.type}, for which there is no rule, and nothing says which shape its ` +
      'result has. Run onnx.shape_inference.infer_shapes on the file and save it.',
  );
}
