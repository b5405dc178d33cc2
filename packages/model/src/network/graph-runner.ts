import type * as tf from '@tensorflow/tfjs';
import type { Graph, NodeId } from '@ablation-cam/kernels';

/** What runs graphs, for networks that have nothing of their own that does. */
export type GraphRunner = (graph: Graph) => {
  /** Makes the weights available to the current backend. */
  ready(): Promise<void>;
  /** The values of the nodes in `fetches`, computed from those in `feeds`, as `SizedNetwork.run` has them. */
  run(feeds: ReadonlyMap<NodeId, tf.Tensor>, fetches: readonly NodeId[]): tf.Tensor[];
};
