import type { Shape, Tail, TailNode } from '@ablation-cam/kernels';
import { ModelError } from '../errors.ts';
import type { LayerCall, LayerGraph, TensorId } from '../graph/layer-graph.ts';
import { describeShape, isVector } from '../graph/shapes.ts';
import { resolveOutput } from '../graph/target.ts';
import { translateCall } from './translate-call.ts';
import { twoLogits } from './two-logits.ts';
import { weightReader } from './weight-reader.ts';

/** The part of a network behind a feature map as plain data, and where its ends are in the graph. */
export interface ExtractedTail {
  readonly tail: Tail;
  /** Tensors of the graph for the tail's `constant` nodes, in the order of those nodes. */
  readonly constants: readonly TensorId[];
  /**
   * The tensor with the logits, `[batch, classes]` up to axes of length 1. A network with one sigmoid unit has a
   * single logit z here and two, (-z, z), in the tail.
   */
  readonly logits: TensorId;
  readonly target: TensorId;
  /**
   * For each node of the tail the tensor of the graph with the same value, or null inside a layer that became several
   * nodes. An evaluation may leave the tail at any node that has one and go on with the model's own layers.
   */
  readonly tensors: readonly (TensorId | null)[];
}

/**
 * Returns what follows the tensor `target` up to the logits of the output as a tail, mirroring what TensorFlow.js
 * computes at inference. Operations the target does not reach are left out: their results enter as constants. A layer
 * without a rule becomes an `opaque` node.
 *
 * Each weight is read once; its array may be the backend's own, so nobody may write to it. The model is only read.
 *
 * @param output name of the output; may be left out where the model has one
 * @throws ModelError `unsupported-layer` where the target does not lead to the output or the output is not one vector
 *   of classes, `invalid-input` where the model leaves sizes of the tail open
 */
export async function extractTail(
  graph: LayerGraph,
  target: TensorId,
  output?: string,
): Promise<ExtractedTail> {
  const { name, logits, scoreFunction } = resolveOutput(graph, output);
  const calls = callsBetween(graph, target, logits);
  if (calls.length === 0 && target !== logits) {
    throw new ModelError('unsupported-layer', `The target layer does not lead to the output "${name}".`);
  }

  const builder = new TailBuilder(graph, target);
  const readWeight = weightReader();
  for (const call of calls) {
    const inputs = call.inputs.map((id) => builder.nodeOf(id));
    const translation = await translateCall(
      call,
      inputs.map((node) => builder.shapeOf(node)),
      readWeight,
    );
    if ('reason' in translation) {
      builder.addOpaque(call, inputs, translation.reason);
      continue;
    }
    let sources = inputs;
    for (const { operation, shape } of translation) {
      sources = [builder.add({ name: call.name, operation, inputs: sources, shape })];
    }
    builder.hold(call.outputs[0] ?? -1, sources[0] ?? -1);
  }

  const vector = builder.vector(builder.nodeOf(logits), name);
  const classes = builder.shapeOf(vector)[0];
  const { nodes, output: end } =
    scoreFunction === 'sigmoid' && classes === 1
      ? twoLogits(builder.nodes, vector)
      : { nodes: builder.nodes, output: vector };
  return {
    tail: { nodes, target: builder.nodeOf(target), output: end, scoreFunction },
    constants: builder.constants,
    logits,
    target,
    tensors: nodes.map((_, node) => builder.tensorOf(node)),
  };
}

/** The calls on paths from `from` to `to`, in topological order. */
function callsBetween(graph: LayerGraph, from: TensorId, to: TensorId): LayerCall[] {
  const reached = new Set([from]);
  const behind = graph.calls.filter((call) => {
    if (!call.inputs.some((id) => reached.has(id)) || call.outputs.includes(from)) return false;
    for (const id of call.outputs) reached.add(id);
    return true;
  });
  const leading = new Set([to]);
  return behind
    .reverse()
    .filter((call) => {
      if (!call.outputs.some((id) => leading.has(id))) return false;
      for (const id of call.inputs) leading.add(id);
      return true;
    })
    .reverse();
}

class TailBuilder {
  readonly nodes: TailNode[] = [];
  readonly constants: TensorId[] = [];
  readonly #nodeOfTensor = new Map<TensorId, number>();
  readonly #tensorOfNode = new Map<number, TensorId>();

  constructor(
    readonly graph: LayerGraph,
    target: TensorId,
  ) {
    this.#addTensor(target, 'target');
  }

  add(node: TailNode): number {
    return this.nodes.push(node) - 1;
  }

  /** Notes which node holds a tensor's value; of several tensors with one value the first stands for the node. */
  hold(tensor: TensorId, node: number): void {
    this.#nodeOfTensor.set(tensor, node);
    if (!this.#tensorOfNode.has(node)) this.#tensorOfNode.set(node, tensor);
  }

  /** The node with a tensor's value; a tensor that no call before it made is a constant. */
  nodeOf(tensor: TensorId): number {
    const known = this.#nodeOfTensor.get(tensor);
    if (known !== undefined) return known;
    this.constants.push(tensor);
    return this.#addTensor(tensor, 'constant');
  }

  tensorOf(node: number): TensorId | null {
    return this.#tensorOfNode.get(node) ?? null;
  }

  shapeOf(node: number): Shape {
    return this.nodes[node]?.shape ?? [];
  }

  /** One opaque node for each result of the call. */
  addOpaque(call: LayerCall, inputs: readonly number[], reason: string): void {
    const operation = { kind: 'opaque', layerClass: call.layer.getClassName(), reason } as const;
    for (const tensor of call.outputs) {
      this.hold(
        tensor,
        this.add({ name: call.name, operation, inputs, shape: this.#shape(tensor, call.name) }),
      );
    }
  }

  /** A node with the values of `node` in one axis: the classes. */
  vector(node: number, output: string): number {
    const shape = this.shapeOf(node);
    if (shape.length === 1) return node;
    if (!isVector(shape)) {
      throw new ModelError(
        'unsupported-layer',
        `The output "${output}" has the shape ${describeShape(shape)}, but one score a class was expected. ` +
          'Choose an output that classifies the whole input.',
      );
    }
    const classes = shape.at(-1) ?? 0;
    const name = this.nodes[node]?.name ?? output;
    return this.add({ name, operation: { kind: 'reshape' }, inputs: [node], shape: [classes] });
  }

  #addTensor(tensor: TensorId, kind: 'target' | 'constant'): number {
    const producer = this.graph.tensors[tensor]?.producer ?? null;
    const name = producer === null ? 'input' : (this.graph.calls[producer]?.name ?? kind);
    const node = this.add({ name, operation: { kind }, inputs: [], shape: this.#shape(tensor, name) });
    this.hold(tensor, node);
    return node;
  }

  #shape(tensor: TensorId, name: string): Shape {
    const shape = this.graph.tensors[tensor]?.shape ?? [];
    if (shape.every((size) => size !== null)) return shape;
    throw new ModelError(
      'invalid-input',
      `The model leaves sizes of "${name}" open: ${describeShape(shape)}. Say how large its inputs are.`,
    );
  }
}
