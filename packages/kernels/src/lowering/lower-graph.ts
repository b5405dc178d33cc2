import { KernelsError } from '../errors.ts';
import type { Graph, NodeId } from '../graph/graph.ts';
import { nodeAt, nodesBetween } from '../graph/nodes-between.ts';
import type { OpaqueOperation } from '../operations/opaque.ts';
import { lowerOperation } from './operations/lower-operation.ts';
import { ProgramBuilder } from './program-builder.ts';
import type { Program, Tensor } from './program.ts';

/** A part of a network as a program: `once` is all of it, and `given` are the nodes that are fed. */
export type GraphProgram = Program<null>;

/**
 * Writes what lies between the feeds and the fetches of a graph as a program of ordinary operations. Pure.
 *
 * @param feeds cut the graph: what lies behind them is not computed
 * @param takesGroups whether the engine convolves in groups
 * @throws KernelsError `unsupported-operation` where an operation without a rule lies in between, by name; `invalid-input`
 *   where an input of the network is needed that is not fed
 */
export function lowerGraph(
  graph: Graph,
  feeds: readonly NodeId[],
  fetches: readonly NodeId[],
  takesGroups = true,
): GraphProgram {
  const b = new ProgramBuilder(1, true, Infinity, takesGroups);
  const valueOf = lowerNodes(b, graph, feeds, fetches);
  return b.finish(null, fetches.map(valueOf));
}

/** Adds what lies between the feeds and the fetches to a program; returns which tensor is the value of a node. @throws as `lowerGraph` */
export function lowerNodes(
  b: ProgramBuilder,
  graph: Graph,
  feeds: readonly NodeId[],
  fetches: readonly NodeId[],
): (node: NodeId) => Tensor {
  const values = new Map<NodeId, Tensor>();
  for (const node of feeds) values.set(node, b.given(node, nodeAt(graph, node).shape));
  const valueOf = (node: NodeId): Tensor => {
    const value = values.get(node);
    if (value === undefined) throw new RangeError(`Node ${String(node)} is read before it is computed.`);
    return value;
  };
  for (const id of nodesBetween(graph, feeds, fetches)) {
    const { name, operation, inputs, shape } = nodeAt(graph, id);
    if (operation.kind === 'input') {
      throw new KernelsError(
        'invalid-input',
        `The input "${name}" of the network was not given. Feed every input.`,
      );
    }
    if (operation.kind === 'opaque') throw unsupported(name, operation);
    if (operation.kind === 'identity') {
      values.set(id, valueOf(inputs[0] ?? -1));
      continue;
    }
    b.nameLayers([name]);
    const shapes = inputs.map((input) => nodeAt(graph, input).shape);
    values.set(id, lowerOperation(b, operation, inputs.map(valueOf), shapes, shape));
  }
  return valueOf;
}

function unsupported(name: string, { layerClass, reason }: OpaqueOperation): KernelsError {
  const why = reason === undefined ? '' : `: ${reason}`;
  return new KernelsError('unsupported-operation', `"${name}" (${layerClass}) has no rule${why}.`);
}
