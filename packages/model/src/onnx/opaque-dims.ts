import { ModelError } from '../errors.ts';
import { broadcastDims } from '../nodes/constant-tensor.ts';
import { dimsOf, type Dims } from '../nodes/layout.ts';
import type { NodeContext } from '../nodes/node-context.ts';
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

/** Returns the shape of what a node without a rule yields. @throws ModelError `unsupported-layer` where neither operator nor file tells */
export function opaqueDims(file: OnnxFile, { node, inputs }: NodeContext, output: string): Dims {
  if (ELEMENTWISE.has(node.type)) {
    const all = inputs.flatMap((input) =>
      input === null ? [] : [input.kind === 'tensor' ? dimsOf(input.tensor.layout) : input.constant.dims],
    );
    const dims = broadcastDims(...all);
    if (dims) return dims;
  }
  const noted = file.shapes.get(output);
  const [, ...rest] = noted ?? [];
  if (noted && noted.length > 0 && rest.every((length) => length !== null))
    return [1, ...rest.map((length) => length)];
  throw new ModelError(
    'unsupported-layer',
    `Node "${node.name}" of ${file.name} has the operator ${node.type}, for which there is no rule, and nothing says which shape its ` +
      'result has. Run onnx.shape_inference.infer_shapes on the file and save it.',
  );
}
