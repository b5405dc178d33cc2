import * as tf from '@tensorflow/tfjs';
import type { ContinueFrom, Cut } from '@ablation-cam/kernels';
import { computeFrom, type ForwardEngine } from './compute.ts';
import { classLogits } from './forward-pass.ts';

/** Returns what goes on with the network's own engine where a plan has no rule for what follows. */
export function continueTail(engine: ForwardEngine, { tail, nodes, logits }: Cut): ContinueFrom {
  const classes = tail.nodes[tail.output]?.shape[0] ?? 0;
  return async ({ inputs, variants, tensors: frontier }) => {
    const feeds = frontier.map(({ node, values }) => {
      const id = nodes[node] ?? null;
      if (id === null) throw new RangeError(`Node ${String(node)} of the tail is no node of the graph.`);
      return [id, tf.tensor(values, [inputs * variants, ...(tail.nodes[node]?.shape ?? [])])] as const;
    });
    const owned = feeds.map(([, tensor]) => tensor);
    try {
      const reached = await computeFrom(engine, new Map(feeds), [logits]);
      owned.push(...reached);
      const changed = tf.tidy(() => reached.map((z) => classLogits(z, classes)));
      owned.push(...changed);
      return Float32Array.from((await changed[0]?.data()) ?? []);
    } finally {
      tf.dispose(owned);
    }
  };
}
