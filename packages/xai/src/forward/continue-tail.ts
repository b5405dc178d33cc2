import * as tf from '@tensorflow/tfjs';
import type { ContinueFrom, Cut } from '@ablation-cam/kernels';
import { computeFrom, type ForwardEngine } from './compute.ts';
import { classLogits } from './forward-pass.ts';
import { TensorScope } from './tensor-scope.ts';

/** Returns what goes on with the network's own engine where a plan has no rule for what follows. */
export function continueTail(engine: ForwardEngine, { tail, nodes, logits }: Cut): ContinueFrom {
  const classes = tail.nodes[tail.output]?.shape[0] ?? 0;
  return async ({ inputs, variants, tensors: frontier }) => {
    const scope = new TensorScope();
    try {
      const feeds = frontier.map(({ node, values }) => {
        const id = nodes[node] ?? null;
        if (id === null) throw new RangeError(`Node ${String(node)} of the tail is no node of the graph.`);
        const shape = [inputs * variants, ...(tail.nodes[node]?.shape ?? [])];
        return [id, scope.keep(tf.tensor(values, shape))] as const;
      });
      const [reached] = scope.keep(await computeFrom(engine, new Map(feeds), [logits]));
      if (!reached) throw new RangeError('The network gave no logits.');
      return Float32Array.from(await scope.keep(classLogits(reached, classes)).data());
    } finally {
      scope.dispose();
    }
  };
}
