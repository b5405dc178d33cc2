import * as tf from '@tensorflow/tfjs';
import { networkOf, type SizedNetwork } from '@ablation-cam/model';
import { seedWeights } from './seed-weights.ts';

/** The probability of the predicted class: neither lost nor sure. */
const PROBABILITY = 0.5;
/** Factors that are tried on the logits, from next to nothing to more than any untrained network needs. */
const FACTORS = [1e-6, 1e6] as const;
const HALVINGS = 60;

/**
 * Draws a model's weights from a seed, and scales those of its last dense layer so that the prediction for `data` is
 * neither lost nor sure: what goes through many layers grows or shrinks.
 *
 * @param data of the network's only input, `[...shape]`
 */
export async function seedNetwork(
  model: tf.LayersModel,
  seed: number,
  data: Float32Array,
): Promise<tf.LayersModel> {
  seedWeights(model, seed, { gain: 1 });
  const network = await (await networkOf(model)).at();
  const factor = factorFor(await logitsOf(network, data));
  const { weights } = network.network;
  const last = weights?.layers.at(-1) ?? '';
  const [kernel, ...others] = (await weights?.read(last)) ?? [];
  if (!weights || !kernel) throw new RangeError('The network has no weights.');
  await weights.write(last, [{ ...kernel, values: kernel.values.map((value) => value * factor) }, ...others]);
  return model;
}

async function logitsOf(network: SizedNetwork, data: Float32Array): Promise<Float32Array> {
  const { inputs, nodes, outputs } = network.graph;
  const logits = tf.tidy(() => {
    const input = inputs[0] ?? 0;
    const feeds = new Map([[input, tf.tensor(data, [1, ...(nodes[input]?.shape ?? [])])]]);
    return network.run(feeds, [outputs[0]?.logits ?? -1] as const)[0];
  });
  try {
    return await logits.data<'float32'>();
  } finally {
    logits.dispose();
  }
}

/** The factor of the logits at which the largest probability is the wanted one; it grows with the factor. */
function factorFor(logits: Float32Array): number {
  const top = logits.reduce((most, z) => Math.max(most, z), -Infinity);
  let [low, high] = FACTORS.map(Math.log2) as [number, number];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    const total = logits.reduce((sum, z) => sum + Math.exp(2 ** middle * (z - top)), 0);
    if (1 / total < PROBABILITY) low = middle;
    else high = middle;
  }
  return 2 ** low;
}
