import * as tf from '@tensorflow/tfjs';
import { nodesBetween, type Graph, type NodeId } from '@ablation-cam/kernels';
import { freeingTape, withConstantWeights } from '@ablation-cam/model';
import type { Call } from '../explainer/call.ts';
import { computeFrom, type ForwardEngine } from '../forward/compute.ts';
import { feedsOf } from '../forward/pass-inputs.ts';
import type { BoundTarget, Cotangent } from '../targets/bound-target.ts';
import { largestAbsolute } from '../maps/extent.ts';
import { takeTurns } from '../runtime/turn.ts';
import { throwIfAborted } from '../errors.ts';
import { explainGradientError } from './gradient-error.ts';
import { waypoints } from './segments.ts';

/** A value of the network on the way from which a target's values are computed and differentiated. */
export interface Start {
  readonly node: NodeId;
  /** `[inputs, ...shape]`; stays the caller's. */
  readonly at: tf.Tensor;
  /** The model's inputs, `[inputs, ...shape]`, for branches that go around the node. */
  readonly inputs: readonly tf.Tensor[];
}

/**
 * Returns sum_j cotangent_j d(target's values)_j / d(node of `start`), row-major in the shape of `start.at`: the part of the
 * network between the two is run and differentiated. Inputs of a batch do not mix, so each gets its own gradient.
 *
 * What goes back through the network is the cotangent of each input divided by its largest absolute value: the gradient of
 * a probability of 1e-30 is as exact as any other.
 *
 * Where the way is long it is walked in segments: only the values at their beginnings are kept, and each is run again to
 * be differentiated. So the event loop is never blocked for much longer than by a forward pass, and no more is in memory
 * than what one segment needs. (Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016.)
 *
 * @param cotangentOf gives dy/dvalues; it may have the values computed, and frees them then
 * @throws XaiError `unsupported-model` where an operation has no gradient, or none on the current backend, or TensorFlow.js
 *   cannot run it; the signal's reason
 */
export async function layerGradient(
  call: ForwardEngine & Pick<Call, 'signal'>,
  start: Start,
  target: BoundTarget,
  cotangentOf: (values: () => tf.Tensor) => Promise<Cotangent>,
): Promise<Float64Array> {
  const { network, signal } = call;
  const { node: from, at, inputs } = start;
  const beside = await besideValues(call, start, target.node);
  const others = [...feedsOf(network, inputs), ...beside].filter(([id]) => id !== from);
  const points = waypoints(network, from, target.node, at.shape[0]);
  const segment = (i: number, value: tf.Tensor): tf.Tensor => {
    const [reached] = network.run(new Map([...others, [points[i]!, value] as const]), [
      points[i + 1] ?? target.node,
    ] as const);
    return i === points.length - 1 ? target.head(reached) : reached;
  };
  const turn = async (): Promise<void> => {
    await takeTurns();
    throwIfAborted(signal);
  };

  /** The values at the points, of which the first is the caller's. */
  const kept = [at];
  let gradient: tf.Tensor | null = null;
  try {
    for (let i = 0; i < points.length - 1; i++) {
      kept.push(differentiate(() => segment(i, kept[i]!)));
      await turn();
    }
    const cotangent = await cotangentOf(() => differentiate(() => segment(points.length - 1, kept.at(-1)!)));
    const { scaled, scales } = normalize(cotangent);
    gradient = tf.tensor(scaled, [...cotangent.shape]);
    for (let i = points.length - 1; i >= 0; i--) {
      await turn();
      const slopes: tf.Tensor = gradient;
      const value = kept[i]!;
      gradient = differentiate(() => tf.grad((x) => segment(i, x))(value, slopes));
      tf.dispose([slopes, ...kept.splice(Math.max(1, i))]);
    }
    return timesOfInput(await gradient.data(), scales);
  } finally {
    tf.dispose([...kept.slice(1), ...(gradient ? [gradient] : []), ...beside.values()]);
  }
}

/** The results of operations that TensorFlow.js cannot run, and which the gradient does not go through. */
async function besideValues(
  engine: ForwardEngine,
  { node, inputs }: Start,
  to: NodeId,
): Promise<Map<NodeId, tf.Tensor>> {
  const { network } = engine;
  const beside = network.ownOperations ? opaqueBeside(network.graph, node, to) : [];
  if (beside.length === 0) return new Map();
  const values = await computeFrom(engine, feedsOf(network, inputs), beside);
  return new Map(beside.flatMap((id, i) => (values[i] ? [[id, values[i]] as const] : [])));
}

function opaqueBeside(graph: Graph, from: NodeId, to: NodeId): NodeId[] {
  const depends = new Set([from]);
  return nodesBetween(graph, [...graph.inputs, from], [to]).filter((id) => {
    const { operation, inputs } = graph.nodes[id] ?? { inputs: [] };
    if (inputs.some((input) => depends.has(input))) depends.add(id);
    return operation?.kind === 'opaque' && !depends.has(id);
  });
}

/** The cotangent of each input, divided by its largest absolute value, and these values. */
function normalize({ shape, data }: Cotangent): { scaled: Float32Array; scales: Float64Array } {
  const count = shape[0] ?? 1;
  const length = data.length / count;
  const scales = Float64Array.from({ length: count }, (_, n) =>
    largestAbsolute(data.subarray(n * length, (n + 1) * length)),
  );
  const scaled = Float32Array.from(data, (value, i) => value / (scales[Math.floor(i / length)]! || 1));
  return { scaled, scales };
}

/** The values of each input times its factor. A loop: a callback for each value takes longer than the backward pass. */
function timesOfInput(values: ArrayLike<number>, factors: Float64Array): Float64Array {
  const size = values.length / factors.length;
  const products = new Float64Array(values.length);
  for (let n = 0; n < factors.length; n++) {
    const factor = factors[n]!;
    for (let i = n * size; i < (n + 1) * size; i++) products[i] = values[i]! * factor;
  }
  return products;
}

function differentiate(run: () => tf.Tensor): tf.Tensor {
  try {
    return withConstantWeights(() => freeingTape(() => tf.tidy(run)));
  } catch (error) {
    throw explainGradientError(error);
  }
}
