import { KernelsError } from '../errors.ts';
import type { Shape } from '../tail/shape.ts';
import type { Tail, TailNode } from '../tail/tail.ts';
import type { Graph, GraphOutput, NodeId } from './graph.ts';
import { twoLogits } from './two-logits.ts';

/** The part of a network behind a feature map, and where its ends are in the graph. */
export interface Cut {
  readonly tail: Tail;
  /** The node of the graph whose channels are ablated. */
  readonly target: NodeId;
  /**
   * The node with the logits, `[classes]` up to axes of length 1. A network with one sigmoid unit has a single logit z
   * here and two, (-z, z), in the tail.
   */
  readonly logits: NodeId;
  /** Nodes of the graph for the tail's `constant` nodes, in the order of those. */
  readonly constants: readonly NodeId[];
  /** For each node of the tail the node of the graph with the same value, or null where there is none. */
  readonly nodes: readonly (NodeId | null)[];
}

/**
 * Returns what follows `target` up to the logits of the output as a tail. Operations the target does not reach are left
 * out: their results enter as constants.
 *
 * @throws KernelsError `unsupported-tail` where the target does not lead to the output or the output is not one vector of
 *   classes
 */
export function cut(graph: Graph, target: NodeId, output: GraphOutput): Cut {
  const { logits, name, scoreFunction } = output;
  const between = nodesBetween(graph, target, logits);
  if (between.length === 0 && target !== logits) {
    throw new KernelsError('unsupported-tail', `The target layer does not lead to the output "${name}".`);
  }
  const builder = new TailBuilder(graph, target);
  for (const id of between) builder.take(id);
  const vector = builder.vector(builder.tailNodeOf(logits), name);
  const classes = builder.nodes[vector]?.shape[0];
  const { nodes, output: end } =
    scoreFunction === 'sigmoid' && classes === 1
      ? twoLogits(builder.nodes, vector)
      : { nodes: builder.nodes, output: vector };
  return {
    tail: { nodes, target: builder.tailNodeOf(target), output: end, scoreFunction },
    target,
    logits,
    constants: builder.constants,
    nodes: nodes.map((_, node) => builder.graphNodeOf(node)),
  };
}

/** The nodes on paths from `from` to `to`, `from` left out, in topological order. */
function nodesBetween({ nodes }: Graph, from: NodeId, to: NodeId): NodeId[] {
  const reached = new Set([from]);
  nodes.forEach(({ inputs }, id) => {
    if (inputs.some((input) => reached.has(input))) reached.add(id);
  });
  const leading = new Set([to]);
  for (let id = nodes.length - 1; id > from; id--) {
    if (!leading.has(id) || !reached.has(id)) continue;
    for (const input of nodes[id]?.inputs ?? []) leading.add(input);
  }
  return nodes.flatMap((_, id) => (id !== from && reached.has(id) && leading.has(id) ? [id] : []));
}

class TailBuilder {
  readonly nodes: TailNode[] = [];
  readonly constants: NodeId[] = [];
  readonly #tailNodes = new Map<NodeId, number>();
  readonly #graphNodes = new Map<number, NodeId>();

  constructor(
    readonly graph: Graph,
    target: NodeId,
  ) {
    this.#begin(target, 'target');
  }

  /** Adds a node of the graph whose inputs are there or do not depend on the target. */
  take(id: NodeId): void {
    const node = this.#at(id);
    const inputs = node.inputs.map((input) => this.#valueOf(input));
    const { operation } = node;
    if (operation.kind === 'identity') {
      this.#hold(id, inputs[0] ?? -1);
      return;
    }
    if (operation.kind === 'input') throw new RangeError(`Input "${node.name}" has inputs of its own.`);
    this.#hold(id, this.nodes.push({ ...node, operation, inputs }) - 1);
  }

  tailNodeOf(id: NodeId): number {
    const node = this.#tailNodes.get(id);
    if (node === undefined) throw new RangeError(`Node ${String(id)} of the graph is not in the tail.`);
    return node;
  }

  graphNodeOf(node: number): NodeId | null {
    return this.#graphNodes.get(node) ?? null;
  }

  /** A node with the values of `node` in one axis: the classes. */
  vector(node: number, output: string): number {
    const { shape, name } = this.nodes[node] ?? { shape: [], name: output };
    if (shape.length === 1) return node;
    if (!isVector(shape)) {
      throw new KernelsError(
        'unsupported-tail',
        `The output "${output}" has the shape [${shape.join(', ')}], but one score a class was expected. ` +
          'Choose an output that classifies the whole input.',
      );
    }
    const flat = [shape.at(-1) ?? 0];
    return this.nodes.push({ name, operation: { kind: 'reshape' }, inputs: [node], shape: flat }) - 1;
  }

  #valueOf(id: NodeId): number {
    const known = this.#tailNodes.get(id);
    if (known !== undefined) return known;
    this.constants.push(id);
    return this.#begin(id, 'constant');
  }

  #begin(id: NodeId, kind: 'target' | 'constant'): number {
    const { name, shape } = this.#at(id);
    const node = this.nodes.push({ name, operation: { kind }, inputs: [], shape }) - 1;
    this.#hold(id, node);
    return node;
  }

  /** Of several nodes of the graph with one value the first stands for the tail's. */
  #hold(id: NodeId, node: number): void {
    this.#tailNodes.set(id, node);
    if (!this.#graphNodes.has(node)) this.#graphNodes.set(node, id);
  }

  #at(id: NodeId): Graph['nodes'][number] {
    const node = this.graph.nodes[id];
    if (!node) throw new RangeError(`The graph has no node ${String(id)}.`);
    return node;
  }
}

/** Whether the shape has one axis only, next to axes of length 1 before it. */
function isVector(shape: Shape): boolean {
  return shape.slice(0, -1).every((length) => length === 1);
}
