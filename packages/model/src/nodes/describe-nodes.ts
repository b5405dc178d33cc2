import type { NodeId } from '@ablation-cam/kernels';
import type { LayerRole, NetworkLayer, SizedLayer } from '../network/network.ts';
import { describeShape } from '../layers/shapes.ts';
import type { ImportedNodes, NodeResult } from './import-nodes.ts';
import type { FileNode } from './node-file.ts';

/** How nodes of a format are shown. */
export interface Describing<Node extends FileNode> {
  readonly roleOf: (node: Node) => LayerRole;
  /** A name for each result, all different. */
  readonly namesOf: (results: readonly NodeResult<Node>[]) => readonly string[];
}

/** Returns what the nodes of a file yield, as a user knows them, in the order in which it is computed. */
export function describeNodes<Node extends FileNode>(
  { graph, results }: ImportedNodes<Node>,
  { roleOf, namesOf }: Describing<Node>,
): SizedLayer[] {
  const indexOf = new Map(results.map(({ output }, index) => [output, index]));
  const leading = graph.outputs.map(({ name, logits }) => ({ name, nodes: leadingTo(graph.nodes, logits) }));
  const names = namesOf(results);
  return results.map(({ from, output, tensor, inputs }, index): SizedLayer => {
    const shape = graph.nodes[tensor.node]?.shape ?? [];
    return {
      name: names[index] ?? output,
      ownName: output,
      call: 0,
      type: from.type,
      shape,
      role: roleOf(from),
      inputs: inputs.flatMap((name) => indexOf.get(name) ?? []),
      leadsTo: leading.filter(({ nodes }) => nodes.has(tensor.node)).map(({ name }) => name),
      obstacle: obstacleOf(shape),
      node: tensor.node,
    };
  });
}

/** The nodes from which a path leads to `to`. */
function leadingTo(nodes: ImportedNodes['graph']['nodes'], to: NodeId): ReadonlySet<NodeId> {
  const leading = new Set([to]);
  for (let id = to; id >= 0; id--) {
    if (leading.has(id)) for (const input of nodes[id]?.inputs ?? []) leading.add(input);
  }
  return leading;
}

/** Says why what a node yields is no feature map, or null where it is one. */
function obstacleOf(shape: NetworkLayer['shape']): string | null {
  const shown = describeShape(shape);
  if (shape.length < 2) return `yields ${shown}, which has no positions for a map`;
  if (shape.length > 3) return `yields ${shown}: maps over more than two axes of positions are not supported`;
  return null;
}
