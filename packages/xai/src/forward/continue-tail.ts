import * as tf from '@tensorflow/tfjs';
import type { ContinueFrom } from '@ablation-cam/kernels';
import { runLayerGraph, type ExtractedTail, type LayerGraph } from '@ablation-cam/model';
import { classLogits } from './forward-pass.ts';

/** Returns what goes on with the model's own layers where a plan has no rule for what follows. */
export function continueTail(graph: LayerGraph, { tail, tensors, logits }: ExtractedTail): ContinueFrom {
  const classes = tail.nodes[tail.output]?.shape[0] ?? 0;
  return async ({ inputs, variants, tensors: frontier }) => {
    const changed = tf.tidy(() => {
      const feeds = frontier.map(({ node, values }) => {
        const id = tensors[node] ?? null;
        if (id === null) throw new RangeError(`Node ${String(node)} of the tail is no tensor of the graph.`);
        return [id, tf.tensor(values, [inputs * variants, ...(tail.nodes[node]?.shape ?? [])])] as const;
      });
      const [z] = runLayerGraph(graph, new Map(feeds), [logits]);
      return classLogits(z, classes);
    });
    try {
      return Float32Array.from(await changed.data());
    } finally {
      changed.dispose();
    }
  };
}
