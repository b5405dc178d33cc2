import * as tf from '@tensorflow/tfjs';
import { nodesBetween, type Graph, type NodeId } from '@ablation-cam/kernels';
import type { GraphPrograms } from '../tfjs/graph-programs.ts';
import type { OpaqueNode } from './import-nodes.ts';
import type { FileNode } from './node-file.ts';

/** Runs a node of a file for one input. @param tensors those of its inputs that depend on the network's, by their place */
export type RunOpaque<Node extends FileNode = FileNode> = (
  node: OpaqueNode<Node>,
  tensors: ReadonlyMap<number, tf.Tensor>,
) => tf.Tensor;

type Feeds = ReadonlyMap<NodeId, tf.Tensor>;

/** Runs parts of a graph in which there are opaque nodes: what lies between those as programs, and each of them by itself. */
export class OpaqueRuns<Node extends FileNode> {
  constructor(
    readonly graph: Graph,
    readonly programs: GraphPrograms,
    readonly opaque: ReadonlyMap<NodeId, OpaqueNode<Node>>,
    readonly runOpaque: RunOpaque<Node>,
  ) {}

  /** As `GraphPrograms.run`. */
  run(feeds: Feeds, fetches: readonly NodeId[]): tf.Tensor[] {
    const needed = nodesBetween(this.graph, [...feeds.keys()], fetches);
    const stops = needed.filter((node) => this.opaque.has(node));
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
    const node = this.opaque.get(id);
    if (!node) throw new RangeError(`Node ${String(id)} is not opaque.`);
    const tensors = this.#inputsOf(id).map((input) => {
      const tensor = known.get(input);
      if (!tensor) throw new RangeError(`Node ${String(input)} is read before it is computed.`);
      return tensor;
    });
    const count = tensors[0]?.shape[0] ?? 1;
    const shape = this.graph.nodes[id]?.shape ?? [];
    const places = node.inputs.flatMap((input, place) =>
      input?.kind === 'tensor' ? [[place, input.dims] as const] : [],
    );
    const results = Array.from({ length: count }, (_, i) => {
      const own = places.map(([place, dims], k) => {
        const tensor = tensors[k];
        if (!tensor) throw new RangeError(`"${node.from.name}" was not given its input ${String(place)}.`);
        const one = count === 1 ? tensor : tf.slice(tensor, [i], [1]);
        return [place, tf.reshape(one, [...dims])] as const;
      });
      return tf.reshape(this.runOpaque(node, new Map(own)), [1, ...shape]);
    });
    const [only] = results;
    return results.length === 1 && only ? only : tf.concat(results, 0);
  }
}
