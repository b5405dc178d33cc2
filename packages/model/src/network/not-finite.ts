import type * as tf from '@tensorflow/tfjs';
import type { GraphOutput } from '@ablation-cam/kernels';
import { ModelError } from '../errors.ts';
import { runNetwork } from '../onnxruntime/run-network.ts';
import type { NetworkLayer, SizedLayer, SizedNetwork } from './network.ts';

/** Returns where the first NaN or infinite value is, or -1. */
export function positionNotFinite(values: ArrayLike<number>): number {
  if (values instanceof Float32Array && areFinite(values)) return -1;
  // A loop: a callback for each value takes much longer.
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return -1;
}

/**
 * Whether no value is NaN or infinite: times 0 all others are 0. Several sums, none of which waits for another; a function for
 * one kind of array, as for several of them it takes seven times as long.
 */
function areFinite(values: Float32Array): boolean {
  const end = values.length - (values.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < end; i += 4) {
    a += values[i]! * 0;
    b += values[i + 1]! * 0;
    c += values[i + 2]! * 0;
    d += values[i + 3]! * 0;
  }
  for (let i = end; i < values.length; i++) a += values[i]! * 0;
  return a + b + c + d === 0;
}

/** The layer at which values that are no finite numbers begin, and the first of them. */
export interface NotFinite {
  /** Name and type of the layer. */
  readonly layer: Pick<NetworkLayer, 'name' | 'type'>;
  readonly value: number;
}

/**
 * Returns where a network's values stop being finite numbers on the way to an output, or null where all are. Keeps the
 * results of all layers at once, so it is for a single input of which something is known to be wrong.
 *
 * @param inputs finite, `[1, ...shape]`, one for each input of the network; they stay the caller's
 */
export async function firstNotFinite(
  network: SizedNetwork,
  inputs: readonly tf.Tensor[],
  output: GraphOutput,
): Promise<NotFinite | null> {
  const places = placesBefore(network, output);
  const feeds = new Map(network.graph.inputs.map((node, i) => [node, tensorAt(inputs, i)]));
  const results = await runNetwork(
    network,
    feeds,
    places.map(({ node }) => node),
  );
  try {
    for (const [index, layer] of places.entries()) {
      const values = await tensorAt(results, index).data();
      const position = positionNotFinite(values);
      if (position >= 0) return { layer, value: values[position] ?? NaN };
    }
    return null;
  } finally {
    for (const tensor of results) tensor.dispose();
  }
}

/** The layers that lead to the output, and what is made of them: its logits and the output itself. */
function placesBefore(
  { layers, graph }: SizedNetwork,
  { name, logits, node }: GraphOutput,
): Pick<SizedLayer, 'name' | 'type' | 'node'>[] {
  const last = [logits, node].map((id) => {
    const own = graph.nodes[id]?.name ?? '';
    return { name: own, type: layers.find((layer) => layer.name === own)?.type ?? 'output', node: id };
  });
  return [...layers.filter(({ leadsTo }) => leadsTo.includes(name)), ...last];
}

/**
 * Returns the error for a result that is no finite number: it names the layer at which such values begin.
 *
 * @param result what is not finite, as the beginning of a sentence: "The output for sample 3"
 */
export async function notFiniteError(
  network: SizedNetwork,
  inputs: readonly tf.Tensor[],
  output: GraphOutput,
  result: string,
): Promise<ModelError> {
  const found = await firstNotFinite(network, inputs, output);
  const where = found
    ? `layer "${found.layer.name}" (${found.layer.type}) is the first that yields ${String(found.value)}, out of finite ` +
      'values. Check the scale of the input and the size of the weights there.'
    : 'the layers of the network yield finite numbers for this input, what was made of them does not. Choose another ' +
      'target, layer or method.';
  return new ModelError('not-finite', `${result} is not a finite number: ${where}`);
}

function tensorAt(tensors: readonly tf.Tensor[], index: number): tf.Tensor {
  const tensor = tensors[index];
  if (!tensor) throw new RangeError(`Tensor ${String(index)} of the network was not given.`);
  return tensor;
}
