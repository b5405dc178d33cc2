import * as tf from '@tensorflow/tfjs';
import { nodesBetween, type Graph, type NodeId } from '@ablation-cam/kernels';
import type { GraphPrograms } from '../tfjs/graph-programs.ts';
import type { FileNode } from './node-file.ts';
import type { OpaqueNode } from './opaque-node.ts';

/**
 * Returns an output of a node of a file for one input.
 *
 * @param output the name of its tensor
 * @param tensors those of the node's inputs that depend on the network's, by their place among the node's inputs
 */
export type RunOpaque<Node extends FileNode = FileNode> = (
  node: OpaqueNode<Node>,
  output: string,
  tensors: ReadonlyMap<number, tf.Tensor>,
) => tf.Tensor;

type Feeds = ReadonlyMap<NodeId, tf.Tensor>;

interface Result<Node extends FileNode> {
  readonly node: OpaqueNode<Node>;
  /** The name of the tensor that it is. */
  readonly output: string;
}

/** Runs parts of a graph in which there are opaque nodes: what lies between those as programs, and each of them by itself. */
export class OpaqueRuns<Node extends FileNode> {
  readonly #results = new Map<NodeId, Result<Node>>();

  constructor(
    readonly graph: Graph,
    readonly programs: GraphPrograms,
    opaque: readonly OpaqueNode<Node>[],
    readonly runOpaque: RunOpaque<Node>,
  ) {
    for (const node of opaque)
      for (const { name, node: id } of node.outputs) this.#results.set(id, { node, output: name });
  }

  /** As `GraphPrograms.run`. */
  run(feeds: Feeds, fetches: readonly NodeId[]): tf.Tensor[] {
    const needed = nodesBetween(this.graph, [...feeds.keys()], fetches);
    const stops = needed.filter((node) => this.#results.has(node));
    if (stops.length === 0) return this.programs.run(feeds, fetches);
    return tf.tidy(() => {
      let known = feeds;
      for (const stop of stops) {
        // Nodes are in topological order: all that lies before this one, and is read by it or later, is computed.
        const readers = needed.filter((node) => node >= stop);
        const read = new Set([...readers.flatMap((node) => this.#inputsOf(node)), ...fetches]);
        const before = [...read].filter((node) => node < stop);
        known = this.#with(known, before);
        known = new Map([...known, [stop, this.#single(stop, known)]]);
      }
      return this.programs.run(known, fetches);
    });
  }

  #inputsOf(node: NodeId): readonly NodeId[] {
    return this.graph.nodes[node]?.inputs ?? [];
  }

  /** These nodes, computed from what is known where they are not. */
  #with(known: Feeds, nodes: readonly NodeId[]): Feeds {
    const missing = nodes.filter((node) => !known.has(node));
    const found = missing.length > 0 ? this.programs.run(known, missing) : [];
    const added = found.map((tensor, i) => [missing[i] ?? -1, tensor] as const);
    return new Map([...known, ...added]);
  }

  /** One input at a time: what a node does to a batch of several is not known. */
  #single(id: NodeId, known: Feeds): tf.Tensor {
    const result = this.#results.get(id);
    if (!result) throw new RangeError(`Node ${String(id)} is not opaque.`);
    const { node, output } = result;
    const tensors = this.#inputsOf(id).map((input) => {
      const tensor = known.get(input);
      if (!tensor) throw new RangeError(`Node ${String(input)} is read before it is computed.`);
      return tensor;
    });
    const count = tensors[0]?.shape[0] ?? 1;
    const shape = this.graph.nodes[id]?.shape ?? [];
    const results = Array.from({ length: count }, (_, i) => {
      const own = node.inputs.flatMap((input, place) => {
        if (input?.kind !== 'tensor') return [];
        const tensor = tensors[input.place];
        if (!tensor) throw new RangeError(`"${node.from.name}" was not given its input ${String(place)}.`);
        const one = count === 1 ? tensor : tf.slice(tensor, [i], [1]);
        return [[place, tf.reshape(one, [...input.dims])] as const];
      });
      return tf.reshape(this.runOpaque(node, output, new Map(own)), [1, ...shape]);
    });
    const [only] = results;
    return results.length === 1 && only ? only : tf.concat(results, 0);
  }
}
