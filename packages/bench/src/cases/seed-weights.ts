import * as tf from '@tensorflow/tfjs';
import { uniformNumbers } from './random.ts';

/** How the last dense layer decides. */
export interface SeededDecision {
  /** Scale of its weights: how certain the prediction is. */
  readonly gain: number;
  /** Its bias for the first class, by which that class leads whatever the input is. Default: 0. */
  readonly lead?: number;
}

/** Draws every weight of a model from one seed, so that an untrained network keeps its activations' scale. */
export function seedWeights(model: tf.LayersModel, seed: number, { gain, lead = 0 }: SeededDecision): void {
  const next = uniformNumbers(seed);
  const within = (shape: number[], low: number, high: number): tf.Tensor => {
    const values = new Float32Array(shape.reduce((product, length) => product * length, 1));
    // A loop: a callback for each of a hundred million weights takes several times as long.
    for (let i = 0; i < values.length; i++) values[i] = low + (high - low) * next();
    return tf.tensor(values, shape);
  };
  const last = model.layers.at(-1);
  for (const layer of model.layers) {
    const shapes = layer.getWeights().map(({ shape }) => shape);
    if (shapes.length === 0) continue;
    const weights = shapes.map((shape, index) => {
      if (layer.getClassName() === 'BatchNormalization') return within(shape, ...NORMALIZATION[index]!);
      if (shape.length === 1) {
        return layer === last ? biasOf(shape, lead) : within(shape, -0.05, 0.05);
      }
      // He et al. 2015: the variance 2 / fan-in keeps the scale through a ReLU.
      const limit = Math.sqrt(6 / fanIn(layer, shape)) * (layer === last ? gain : 1);
      return within(shape, -limit, limit);
    });
    layer.setWeights(weights);
    tf.dispose(weights);
  }
}

/** Zeros but for the first class. */
function biasOf(shape: number[], lead: number): tf.Tensor {
  return tf.tensor(
    Float32Array.from({ length: shape[0] ?? 0 }, (_, c) => (c === 0 ? lead : 0)),
    shape,
  );
}

/** Ranges of gamma, beta, moving mean and moving variance. */
const NORMALIZATION: readonly (readonly [number, number])[] = [
  [0.5, 1.5],
  [-0.2, 0.2],
  [-0.2, 0.2],
  [0.5, 1.5],
];

function fanIn(layer: tf.layers.Layer, shape: readonly number[]): number {
  const inputs = layer.getClassName() === 'DepthwiseConv2D' ? shape.slice(0, 2) : shape.slice(0, -1);
  return inputs.reduce((product, length) => product * length, 1);
}
