import { type Graph, type TailNode } from '@ablation-cam/kernels';
import { evaluateTail } from '@ablation-cam/kernels/lowering';

/** What the only output of a graph of known operations is for its only input, in float64. */
export function evaluateGraph({ nodes, inputs, outputs }: Graph, x: Float32Array): Float64Array {
  const target = inputs[0] ?? -1;
  const tail = nodes.map((node): TailNode => {
    const { operation } = node;
    if (operation.kind === 'input') return { ...node, operation: { kind: 'target' } };
    return { ...node, operation: operation.kind === 'identity' ? { kind: 'reshape' } : operation };
  });
  const values = evaluateTail(
    { nodes: tail, target, output: outputs[0]?.node ?? -1, scoreFunction: 'linear' },
    new Map([[target, Float64Array.from(x)]]),
  );
  return values[outputs[0]?.node ?? -1] ?? new Float64Array();
}
