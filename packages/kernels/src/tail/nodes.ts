import { KernelsError } from '../errors.ts';
import type { Tail, TailNode } from './tail.ts';

/** Returns the node whose channels are ablated. @throws KernelsError `invalid-tail` */
export function targetNode(tail: Tail): TailNode {
  const node = tail.nodes[tail.target];
  if (node?.operation.kind !== 'target') {
    throw new KernelsError('invalid-tail', `Node ${String(tail.target)} of the tail is not its target.`);
  }
  return node;
}

/**
 * Returns the nodes from the target (left out) to the output, in order, where the tail is a chain: every node has one
 * input, the node before it. Otherwise returns the node at which the tail branches or merges.
 */
export function tailChain(tail: Tail): { chain: readonly TailNode[] } | { branch: TailNode } {
  const chain: TailNode[] = [];
  let index = tail.output;
  while (index !== tail.target) {
    const node = tail.nodes[index];
    if (!node)
      throw new KernelsError('invalid-tail', `The tail refers to node ${String(index)}, which it lacks.`);
    const [before] = node.inputs;
    if (before === undefined || node.inputs.length > 1) return { branch: node };
    if (before >= index) {
      throw new KernelsError('invalid-tail', `Node "${node.name}" of the tail comes before its input.`);
    }
    chain.push(node);
    index = before;
  }
  return { chain: chain.reverse() };
}
