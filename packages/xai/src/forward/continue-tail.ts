import * as tf from '@tensorflow/tfjs';
import type { ContinueFrom, Cut } from '@ablation-cam/kernels';
import type { SizedNetwork } from '@ablation-cam/model';
import { classLogits } from './forward-pass.ts';

/** Returns what goes on with the network's own engine where a plan has no rule for what follows. */
export function continueTail(network: SizedNetwork, { tail, nodes, logits }: Cut): ContinueFrom {
  const classes = tail.nodes[tail.output]?.shape[0] ?? 0;
  return async ({ inputs, variants, tensors: frontier }) => {
    const changed = tf.tidy(() => {
      const feeds = frontier.map(({ node, values }) => {
        const id = nodes[node] ?? null;
        if (id === null) throw new RangeError(`Node ${String(node)} of the tail is no node of the graph.`);
        return [id, tf.tensor(values, [inputs * variants, ...(tail.nodes[node]?.shape ?? [])])] as const;
      });
      const [z] = network.run(new Map(feeds), [logits] as const);
      return classLogits(z, classes);
    });
    try {
      return Float32Array.from(await changed.data());
    } finally {
      changed.dispose();
    }
  };
}
