import { nodesBetween, type NodeId } from '@ablation-cam/kernels';
import type { NativeNetwork } from './part-session.ts';

/** Why an engine cannot compute a part of a network, as a sentence without its end, or null where it can. */
export interface Obstacles {
  readonly onnxRuntime: string | null;
  /** Of `SizedNetwork.run`. */
  readonly tensorFlow: string | null;
}

/**
 * Returns who cannot compute a part of a network because it has operations without a rule: ONNX Runtime where they are
 * TensorFlow.js's own layers, TensorFlow.js where they are the own operations of another format.
 *
 * @param feeds nodes that cut it
 */
export function obstaclesBetween(
  { graph, ownOperations }: NativeNetwork,
  feeds: readonly NodeId[],
  fetches: readonly NodeId[],
): Obstacles {
  const opaque = nodesBetween(graph, feeds, fetches).flatMap((id) => {
    const { name, operation } = graph.nodes[id] ?? {};
    return operation?.kind === 'opaque' ? [`"${name ?? ''}" (${operation.layerClass})`] : [];
  });
  if (opaque.length === 0) return { onnxRuntime: null, tensorFlow: null };
  const reason = `there is no rule for ${[...new Set(opaque)].join(', ')}`;
  return ownOperations
    ? { onnxRuntime: null, tensorFlow: reason }
    : { onnxRuntime: reason, tensorFlow: null };
}
