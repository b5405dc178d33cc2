import type { Graph, GraphNode, NodeId } from './graph.ts';

/** The nodes that have to be computed for the fetches where the feeds are known, in topological order. */
export function nodesBetween(graph: Graph, feeds: readonly NodeId[], fetches: readonly NodeId[]): NodeId[] {
  const fed = new Set(feeds);
  const needed = new Set(fetches.filter((node) => !fed.has(node)));
  const found: NodeId[] = [];
  for (let id = graph.nodes.length - 1; id >= 0; id--) {
    if (!needed.has(id)) continue;
    found.push(id);
    for (const input of nodeAt(graph, id).inputs) if (!fed.has(input)) needed.add(input);
  }
  return found.toReversed();
}

/** @throws RangeError for a node that is not there, a fault of the program */
export function nodeAt(graph: Graph, id: NodeId): GraphNode {
  const node = graph.nodes[id];
  if (!node) throw new RangeError(`The graph has no node ${String(id)}.`);
  return node;
}
