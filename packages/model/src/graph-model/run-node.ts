import * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import type { ConstantTensor } from '../nodes/constant-tensor.ts';
import type { OpaqueNode } from '../nodes/opaque-node.ts';
import type { GraphModelNode } from './graph-model-file.ts';

/** The node and what is fed to it as a GraphModel. */
const models = new WeakMap<GraphModelNode, SingleNode>();

type SingleNode = ReturnType<typeof modelOf>;

/**
 * Runs a node as TensorFlow.js's GraphModel does, for one input: in a GraphModel of that node alone, whose inputs are all fed.
 *
 * @param output the name of its tensor
 * @param tensors those of its inputs that depend on the network's, by their place
 * @returns this output, a tensor of the caller's `tf.tidy`
 * @throws ModelError `unsupported-layer` where TensorFlow.js does not know the operator, or does not run it at once
 */
export function runNode(
  { from, inputs }: Pick<OpaqueNode<GraphModelNode>, 'from' | 'inputs'>,
  output: string,
  tensors: ReadonlyMap<number, tf.Tensor>,
): tf.Tensor {
  const feeds = Object.fromEntries(
    inputs.flatMap((input, place) => {
      const tensor = input?.kind === 'constant' ? tensorOf(input.constant) : tensors.get(place);
      return tensor ? [[placeholder(place), tensor]] : [];
    }),
  );
  const fetched = `${NODE}${output.slice(from.name.length)}`;
  try {
    const model = models.get(from) ?? modelOf(from);
    models.set(from, model);
    const [found] = [model.execute(feeds, fetched)].flat();
    if (!found || found.dtype === 'string' || found.dtype === 'complex64')
      throw new RangeError('It yields no numbers.');
    return found;
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\s+/g, ' ');
    throw new ModelError(
      'unsupported-layer',
      `Node "${from.name}" has the operator ${from.type}, for which there is no rule, and TensorFlow.js does not run it by itself: ` +
        `${reason.length > 200 ? `${reason.slice(0, 200)}...` : reason} Choose an output that does not need it.`,
      { cause },
    );
  }
}

const NODE = 'node';

function placeholder(place: number): string {
  return `input${String(place)}`;
}

function modelOf({ type, inputs, attributes }: GraphModelNode): tf.GraphModel<tf.io.IOHandlerSync> {
  const given = inputs.map((_, place) => ({ name: placeholder(place), op: 'Placeholder', attr: {} }));
  const node = { name: NODE, op: type, input: given.map(({ name }) => name), attr: attributes };
  return tf.loadGraphModelSync({
    load: () => ({
      modelTopology: { node: [...given, node], versions: { producer: 1, minConsumer: 1 } },
      weightSpecs: [],
      weightData: new ArrayBuffer(0),
    }),
  });
}

function tensorOf({ values, dims, type }: ConstantTensor): tf.Tensor {
  const dtype = type === 'float' ? 'float32' : type === 'integer' ? 'int32' : 'bool';
  return tf.tensor(values instanceof Float64Array ? Array.from(values) : values, [...dims], dtype);
}
