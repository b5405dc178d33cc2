import type { GraphNode, GraphOutput, NodeId, Shape } from '@ablation-cam/kernels';

/**
 * Finds the logits of an output: behind nodes that only rearrange, the input of a softmax or sigmoid. The logarithm of a softmax has
 * the same logits, and the same classes win: it is explained as its softmax.
 */
export function headOf(
  nodes: readonly GraphNode[],
  output: NodeId,
): Pick<GraphOutput, 'logits' | 'scoreFunction'> {
  const linear = { logits: output, scoreFunction: 'linear' } as const;
  let id: NodeId = output;
  for (;;) {
    const node = nodes[id];
    const [input] = node?.inputs ?? [];
    if (!node || input === undefined) return linear;
    const { operation, shape } = node;
    if (operation.kind === 'softmax')
      return isVector(shape) ? { logits: input, scoreFunction: 'softmax' } : linear;
    if (operation.kind === 'activation' && operation.function === 'sigmoid')
      return { logits: input, scoreFunction: 'sigmoid' };
    if (operation.kind !== 'identity' && operation.kind !== 'reshape') return linear;
    id = input;
  }
}

function isVector(shape: Shape): boolean {
  return shape.slice(0, -1).every((length) => length === 1);
}
