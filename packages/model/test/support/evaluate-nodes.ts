import { type Graph, type TailNode } from '@ablation-cam/kernels';
import { evaluateTail } from '@ablation-cam/kernels/lowering';

/** Returns the value of every node of a graph for one input, in float64. */
export function evaluateGraph(graph: Graph, inputs: readonly Float64Array[]): Float64Array[] {
  const nodes = graph.nodes.map(({ operation, ...node }): TailNode => {
    // An input's value is given, and an identity is the same data in the same shape.
    if (operation.kind === 'input') return { ...node, operation: { kind: 'constant' } };
    return { ...node, operation: operation.kind === 'identity' ? { kind: 'reshape' } : operation };
  });
  const tail = { nodes, target: 0, output: 0, scoreFunction: 'linear' } as const;
  return evaluateTail(tail, new Map(graph.inputs.map((id, i) => [id, inputs[i] ?? new Float64Array()])));
}
