import { ModelError } from '../errors.ts';
import { broadcastDims } from './constant-tensor.ts';
import type { GraphTensor } from './graph-builder.ts';
import { dimsOf, layoutOf, type Dims } from './layout.ts';
import type { NodeContext } from './node-context.ts';
import type { OnnxFile } from './onnx-file.ts';

/** Operators without a rule whose result has the shape of their inputs, broadcast to each other. */
const ELEMENTWISE = new Set([
  ...[
    'Acos',
    'Asin',
    'Atan',
    'Ceil',
    'Cos',
    'Cosh',
    'CumSum',
    'Div',
    'Erf',
    'Exp',
    'Floor',
    'HardMax',
    'LRN',
    'Log',
  ],
  ...[
    'LpNormalization',
    'MeanVarianceNormalization',
    'Mod',
    'Pow',
    'QuantizeLinear',
    'Reciprocal',
    'Round',
    'Shrink',
  ],
  ...['Sign', 'Sin', 'Sinh', 'Sqrt', 'Tan', 'Swish', 'Max', 'Min', 'Mean', 'PRelu', 'Clip'],
]);

/**
 * The results of a node without operations here, each a node that only something else can run; numbers are in ONNX's order.
 *
 * @throws ModelError `unsupported-layer` where neither the operator nor the file tells their shapes
 */
export function opaqueResults(file: OnnxFile, context: NodeContext, reason: string): GraphTensor[] {
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
    const dims = dimsOfResult(file, context, output);
    const order = inFileOrder(dims);
    const shape = order.map((axis) => dims[axis] ?? 1);
    const made = builder.add({ kind: 'opaque', layerClass: node.type, reason }, inputs, shape);
    return { node: made, layout: layoutOf(dims, order) };
  });
}

function inFileOrder(dims: Dims): number[] {
  return dims.map((_, axis) => axis).filter((axis) => axis > 0 || dims[0] !== 1);
}

function dimsOfResult(file: OnnxFile, { node, inputs }: NodeContext, output: string): Dims {
  if (ELEMENTWISE.has(node.type)) {
    const all = inputs.flatMap((input) =>
      input === null ? [] : [input.kind === 'tensor' ? dimsOf(input.tensor.layout) : input.constant.dims],
    );
    const dims = broadcastDims(...all);
    if (dims) return dims;
  }
  const noted = file.shapes.get(output) ?? file.outputs.find(({ name }) => name === output)?.shape;
  const [, ...rest] = noted ?? [];
  if (noted && noted.length > 0 && rest.every((length) => length !== null))
    return [1, ...rest.map((length) => length)];
  throw new ModelError(
    'unsupported-layer',
    `Node "${node.name}" of ${file.name} has the operator ${node.type}, for which there is no rule, and nothing says which shape its ` +
      'result has. Run onnx.shape_inference.infer_shapes on the file and save it.',
  );
}
