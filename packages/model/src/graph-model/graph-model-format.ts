import * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import type { NodeFormat } from '../nodes/graph-network.ts';
import { NoRule } from '../nodes/node-context.ts';
import type { OpaqueInput } from '../nodes/opaque-node.ts';
import { roleOf, shortestNames } from './describe-graph-model.ts';
import { fold, foldSizes } from './fold.ts';
import { GraphModelContext } from './graph-model-context.ts';
import type { GraphModelFile, GraphModelNode } from './graph-model-file.ts';
import { inputOrder } from './input-order.ts';
import { moveRules } from './rules/moves.ts';
import { ruleOf } from './rules/table.ts';
import { runNode } from './run-node.ts';
import { trainedOperators } from './trained-operators.ts';

const TYPES = { float: 'float32', integer: 'int32', boolean: 'bool' } as const;

/** What the nodes of a GraphModel do. Those without operations here are run by TensorFlow.js's GraphModel. */
export function graphModelFormat(file: GraphModelFile): NodeFormat<GraphModelNode> {
  // Here all numbers are in float32; a node that wants whole ones gets them.
  const types = new Map<string, tf.DataType>([...file.types].map(([name, type]) => [name, TYPES[type]]));
  const typed = (input: OpaqueInput | null | undefined, tensor: tf.Tensor): tf.Tensor =>
    input?.kind === 'tensor' ? tf.cast(tensor, types.get(input.name) ?? 'float32') : tensor;
  return {
    inputOrders: file.inputs.map((input) => inputOrder(file, input)),
    channels: 'last',
    ofSizes: foldSizes,
    fold,
    foldAdvice:
      'Choose an output that does not need it, or convert the model again with its constants folded.',
    write: (node, writing) => {
      const rule = ruleOf(node.type);
      if (!rule) throw new NoRule('the operator has no rule');
      const made = rule(new GraphModelContext(node, writing));
      const moved = node.type !== 'Cast' && Object.hasOwn(moveRules, node.type);
      const type = moved ? types.get(node.inputs.find((name) => types.has(name)) ?? '') : undefined;
      if (type) for (const output of node.outputs) types.set(output, type);
      return made;
    },
    // What it yields, running it once tells.
    opaqueDims: (node, inputs, output) =>
      tf.tidy(() => {
        const zeros = inputs.flatMap((input, place) =>
          input?.kind === 'tensor' ? [[place, typed(input, tf.zeros([...input.dims]))] as const] : [],
        );
        const { dtype, shape } = runNode({ from: node, inputs }, output, new Map(zeros));
        types.set(output, dtype);
        if (shape.every((length) => length > 0)) return shape;
        throw new ModelError(
          'unsupported-layer',
          `How much node "${node.name}" (${node.type}) of ${file.name} yields depends on the input. ` +
            'Choose an output that does not need it.',
        );
      }),
    opaque: {
      kind: 'tensorflow',
      run: (node, output, tensors) => {
        const fed = [...tensors].map(
          ([place, tensor]) => [place, typed(node.inputs[place], tensor)] as const,
        );
        return tf.cast(runNode(node, output, new Map(fed)), 'float32');
      },
    },
    trained: trainedOperators,
    roleOf,
    namesOf: shortestNames,
  };
}
