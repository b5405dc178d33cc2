import { integerTensor } from '../nodes/constant-tensor.ts';
import type { NodeFormat } from '../nodes/graph-network.ts';
import { product } from '../nodes/layout.ts';
import { NoRule } from '../nodes/node-context.ts';
import { roleOf, uniqueNames } from './describe-onnx.ts';
import { fold, shapeTensor } from './fold.ts';
import { OnnxContext } from './onnx-context.ts';
import type { OnnxFile, OnnxNode } from './onnx-file.ts';
import { OpaqueOperations } from './opaque/opaque-operations.ts';
import { opaqueDims } from './opaque/result-dims.ts';
import { ruleOf } from './rules/table.ts';
import { trainedOperators } from './trained-operators.ts';

/** What the operators in a file do, which its version of them decides. Those without operations here are run by ONNX Runtime. */
export function onnxFormat(file: OnnxFile): Omit<NodeFormat<OnnxNode>, 'inputOrders'> {
  return {
    channels: 'first',
    ofSizes: (node, [dims]) => {
      if (!dims) return null;
      if (node.type === 'Shape') return [shapeTensor(node, dims)];
      return node.type === 'Size' ? [integerTensor([], [product(dims)])] : null;
    },
    fold,
    foldAdvice: 'Fold constants when the network is exported (do_constant_folding), or with onnxsim.',
    write: (node, writing) => {
      const rule = ruleOf(node.type);
      if (!rule) throw new NoRule('the operator has no rule');
      return rule(new OnnxContext(node, file.opset, writing));
    },
    opaqueDims: (node, inputs, output) => opaqueDims(file, node, inputs, output),
    opaque: { kind: 'onnxruntime', operations: (nodes) => new OpaqueOperations(file, nodes) },
    trained: trainedOperators,
    roleOf,
    namesOf: uniqueNames,
  };
}
