import * as tf from '@tensorflow/tfjs';
import { nodesBetween, type Graph, type NodeId } from '@ablation-cam/kernels';
import { compute, type ForwardEngine } from '../forward/compute.ts';
import { inputFeeds } from '../forward/each-pass.ts';
import type { BoundTarget, Cotangent } from '../targets/bound-target.ts';
import { largestAbsolute } from '../maps/extent.ts';
import { explainGradientError } from './gradient-error.ts';

/**
 * Returns sum_j cotangent_j d(target's values)_j / d(node `from`), row-major in the shape of `at`: the part of the network
 * between the two is run and differentiated. Inputs of a batch do not mix, so each gets its own gradient.
 *
 * What goes back through the network is the cotangent of each input divided by its largest absolute value: the gradient of
 * a probability of 1e-30 is as exact as any other.
 *
 * @param inputs the model's inputs, `[inputs, ...shape]`, for branches that go around `from`
 * @param at the value of `from`, `[inputs, ...shape]`
 * @throws XaiError `unsupported-model` where an operation has no gradient, or none on the current backend, or TensorFlow.js
 *   cannot run it
 */
export async function layerGradient(
  engine: ForwardEngine,
  inputs: readonly tf.Tensor[],
  from: NodeId,
  at: tf.Tensor,
  target: BoundTarget,
  cotangent: Cotangent,
): Promise<Float64Array> {
  const count = at.shape[0];
  const length = cotangent.data.length / count;
  const scales = Float64Array.from({ length: count }, (_, n) =>
    largestAbsolute(cotangent.data.subarray(n * length, (n + 1) * length)),
  );
  const scaled = Float32Array.from(
    cotangent.data,
    (value, i) => value / (scales[Math.floor(i / length)]! || 1),
  );
  const beside = await besideValues(engine, inputs, from, target.node);
  const owned = [...beside.values()];
  try {
    const feeds = new Map([...inputFeeds(engine.network, inputs), ...beside]);
    const gradient = differentiate(() =>
      tf.grad((x) => {
        const [reached] = engine.network.run(new Map(feeds).set(from, x), [target.node] as const);
        return target.head(reached);
      })(at, tf.tensor(scaled, [...cotangent.shape])),
    );
    owned.push(gradient);
    return timesOfInput(await gradient.data(), scales);
  } finally {
    tf.dispose(owned);
  }
}

/** The results of operations that TensorFlow.js cannot run, and which the gradient does not go through. */
async function besideValues(
  engine: ForwardEngine,
  inputs: readonly tf.Tensor[],
  from: NodeId,
  to: NodeId,
): Promise<Map<NodeId, tf.Tensor>> {
  const { graph, ownOperations } = engine.network;
  const beside = ownOperations ? opaqueBeside(graph, from, to) : [];
  if (beside.length === 0) return new Map();
  const values = await compute(engine, inputFeeds(engine.network, inputs), beside);
  return new Map(beside.flatMap((node, i) => (values[i] ? [[node, values[i]] as const] : [])));
}

function opaqueBeside(graph: Graph, from: NodeId, to: NodeId): NodeId[] {
  const depends = new Set([from]);
  return nodesBetween(graph, [...graph.inputs, from], [to]).filter((id) => {
    const { operation, inputs } = graph.nodes[id] ?? { inputs: [] };
    if (inputs.some((input) => depends.has(input))) depends.add(id);
    return operation?.kind === 'opaque' && !depends.has(id);
  });
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
    return tf.tidy(run);
  } catch (error) {
    throw explainGradientError(error);
  }
}
