import { nodeCost, type Graph, type NodeId } from '@ablation-cam/kernels';
import type { SizedNetwork } from '@ablation-cam/model';
import { blockingOperations, passOperations } from '../forward/each-pass.ts';

/**
 * Returns the nodes at which segments of the way from `from` to `to` begin, `from` first: where the network is narrow, about
 * a twentieth of a second apart. One segment on a GPU, which computes beside the calling thread.
 */
export function waypoints(
  { graph, layers }: SizedNetwork,
  from: NodeId,
  to: NodeId,
  inputs: number,
): NodeId[] {
  const cost = (id: NodeId): number => inputs * passOperations(nodeCost(graph, id), 'gradient');
  const candidates = new Set(layers.map(({ node }) => node));
  const narrow = narrowNodes(graph, from, to, candidates);
  return [from, ...segmentEnds(narrow, from, to, cost, blockingOperations() / 2)];
}

/**
 * Returns the nodes through which everything goes that reaches `to` from `from`, among `candidates`, in topological order and
 * without the two: who feeds one of them needs nothing else of what lies between it and `from`.
 */
export function narrowNodes(
  { nodes }: Graph,
  from: NodeId,
  to: NodeId,
  candidates: ReadonlySet<NodeId>,
): NodeId[] {
  const depends = new Set<NodeId>([from]);
  for (let id = from + 1; id <= to; id++) {
    if (nodes[id]?.inputs.some((input) => depends.has(input))) depends.add(id);
  }
  const leads = new Set<NodeId>([to]);
  /** The last node on the way that reads each. */
  const lastReader = new Map<NodeId, NodeId>();
  for (let id = to; id > from; id--) {
    if (!leads.has(id) || !depends.has(id)) continue;
    for (const input of nodes[id]?.inputs ?? []) {
      if (!depends.has(input)) continue;
      leads.add(input);
      if (!lastReader.has(input)) lastReader.set(input, id);
    }
  }
  const narrow: NodeId[] = [];
  let furthest = lastReader.get(from) ?? to;
  for (let id = from + 1; id < to; id++) {
    const reader = lastReader.get(id);
    if (reader === undefined) continue;
    if (furthest <= id && candidates.has(id)) narrow.push(id);
    furthest = Math.max(furthest, reader);
  }
  return narrow;
}

/**
 * Returns those of `narrow` that cut the way from `from` to `to` into segments of at most `most`, where it is narrow often
 * enough.
 *
 * @param cost of a node, in the unit of `most`
 */
export function segmentEnds(
  narrow: readonly NodeId[],
  from: NodeId,
  to: NodeId,
  cost: (node: NodeId) => number,
  most: number,
): NodeId[] {
  const ends: NodeId[] = [];
  let spent = 0;
  let last = from;
  for (const end of [...narrow, to]) {
    let piece = 0;
    for (let id = last + 1; id <= end; id++) piece += cost(id);
    if (last !== from && spent + piece > most) {
      ends.push(last);
      spent = 0;
    }
    spent += piece;
    last = end;
  }
  return ends;
}
