import type { Graph, GraphNode, NodeId, Shape } from '@ablation-cam/kernels';
import { ModelError } from '../errors.ts';
import type { LayerCall, LayerGraph, TensorId } from './layer-graph.ts';
import { describeShape } from './shapes.ts';
import { translateCall } from './translate-call.ts';
import type { WeightReader } from './weight-store.ts';

/** A model of layers as a graph of operations, and which of its tensors is which node. */
export interface ImportedLayers {
  readonly graph: Graph;
  /** By tensor; every tensor has a node of its own. */
  readonly nodeOf: readonly NodeId[];
  /** By node; null inside a layer that became several nodes, where the layers cannot be tapped. */
  readonly tensorOf: readonly (TensorId | null)[];
}

/**
 * Returns what TensorFlow.js computes at inference as a graph. A layer without a rule becomes an `opaque` node. The model
 * is only read.
 *
 * @param layers with definite sizes
 * @throws ModelError `invalid-input` where sizes are open
 */
export async function importLayers(layers: LayerGraph, read: WeightReader): Promise<ImportedLayers> {
  const nodes: GraphNode[] = [];
  const nodeOf: NodeId[] = [];
  const tensorOf: (TensorId | null)[] = [];
  const shapeOf = (tensor: TensorId, name: string): Shape =>
    definite(layers.tensors[tensor]?.shape ?? [], name);
  const add = (node: GraphNode, tensor: TensorId | null): NodeId => {
    const id = nodes.push(node) - 1;
    tensorOf.push(tensor);
    if (tensor !== null) nodeOf[tensor] = id;
    return id;
  };

  layers.inputs.forEach((tensor) => {
    add({ name: 'input', operation: { kind: 'input' }, inputs: [], shape: shapeOf(tensor, 'input') }, tensor);
  });
  for (const call of layers.calls) {
    const inputs = call.inputs.map((tensor) => nodeOf[tensor] ?? -1);
    const translation = await translateCall(
      call,
      inputs.map((id) => nodes[id]?.shape ?? []),
      read,
    );
    if ('reason' in translation) {
      const operation = { kind: 'opaque', layerClass: classOf(call), reason: translation.reason } as const;
      for (const tensor of call.outputs) {
        add({ name: call.name, operation, inputs, shape: shapeOf(tensor, call.name) }, tensor);
      }
      continue;
    }
    const [tensor = -1] = call.outputs;
    if (translation.length === 0) {
      add(
        { name: call.name, operation: { kind: 'identity' }, inputs, shape: shapeOf(tensor, call.name) },
        tensor,
      );
    }
    let sources = inputs;
    translation.forEach(({ operation, shape }, index) => {
      if (operation.kind === 'target' || operation.kind === 'constant') {
        throw new RangeError(`Layer "${call.name}" is no operation.`);
      }
      const isLast = index === translation.length - 1;
      sources = [add({ name: call.name, operation, inputs: sources, shape }, isLast ? tensor : null)];
    });
  }
  return {
    graph: {
      nodes,
      inputs: layers.inputs.map((tensor) => nodeOf[tensor] ?? -1),
      outputs: layers.outputs.map(({ name, tensor, logits, scoreFunction }) => ({
        name,
        node: nodeOf[tensor] ?? -1,
        logits: nodeOf[logits] ?? -1,
        scoreFunction,
      })),
    },
    nodeOf,
    tensorOf,
  };
}

function classOf({ layer }: LayerCall): string {
  return layer.getClassName();
}

function definite(shape: readonly (number | null)[], name: string): Shape {
  if (shape.every((size) => size !== null)) return shape;
  throw new ModelError(
    'invalid-input',
    `The model leaves sizes of "${name}" open: ${describeShape(shape)}. Say how large its inputs are.`,
  );
}
