import * as tf from '@tensorflow/tfjs';
import { encode } from 'fast-png';
import { modelFiles, type NamedFile } from '@ablation-cam/model';
import { seededRandom } from '@ablation-cam/tools/testing';

export const IMAGE_CLASSES = ['alpha', 'beta', 'gamma', 'delta'];

/**
 * A classifier of 96 x 96 images with seeded weights, large enough for a loop over its channels to take a while; the caller
 * disposes of it.
 */
export function imageModel(): tf.LayersModel {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        filters: 24,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        inputShape: [96, 96, 3],
        name: 'edges',
      }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ filters: 96, kernelSize: 3, padding: 'same', activation: 'relu', name: 'parts' }),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dense({ units: IMAGE_CLASSES.length, activation: 'softmax' }),
    ],
  });
  const random = seededRandom(11);
  const values = model.weights.map(({ shape }) => {
    const sizes = shape.map((size) => size ?? 1);
    return tf.tensor(
      random.floats(
        sizes.reduce((product, size) => product * size, 1),
        -0.2,
        0.2,
      ),
      sizes,
    );
  });
  model.setWeights(values);
  tf.dispose(values);
  return model;
}

/** A network of 32 x 32 images with two outputs, of three classes and of two; the caller disposes of it. */
export function twoOutputModel(): tf.LayersModel {
  const seeded = (seed: number): { kernelInitializer: ReturnType<typeof tf.initializers.glorotUniform> } => ({
    kernelInitializer: tf.initializers.glorotUniform({ seed }),
  });
  const input = tf.input({ shape: [32, 32, 3] });
  const parts = tf.layers.conv2d({
    filters: 5,
    kernelSize: 3,
    activation: 'relu',
    name: 'parts',
    ...seeded(1),
  });
  const pooled = tf.layers.globalAveragePooling2d({}).apply(parts.apply(input));
  const outputs = (
    [
      ['kind', 3],
      ['age', 2],
    ] as const
  ).map(([name, units]) =>
    tf.layers.dense({ name, units, activation: 'softmax', ...seeded(units) }).apply(pooled),
  );
  return tf.model({ inputs: input, outputs: outputs as tf.SymbolicTensor[] });
}

/** A classifier of 32 x 32 images that makes them `scale` times as large inside; the caller disposes of it. */
export function growingModel(scale: number): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        filters: 12,
        kernelSize: 3,
        padding: 'same',
        inputShape: [32, 32, 3],
        name: 'edges',
      }),
      tf.layers.upSampling2d({ size: [scale, scale], name: 'grow' }),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
}

/** The model as files to be dropped. */
export async function imageModelFiles(model: tf.LayersModel): Promise<readonly NamedFile[]> {
  return modelFiles(model);
}

/** A PNG of seeded blobs, 40 x 30. */
export function testImage([width, height]: readonly [number, number] = [40, 30]): Uint8Array {
  const random = seededRandom(5);
  const [red, green, blue] = [random.floats(2), random.floats(2), random.floats(2)];
  const wave = (shape: Float32Array, x: number, y: number): number =>
    Math.round(127 + 120 * Math.sin(x * shape[0]! + y * shape[1]!));
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return wave([red, green, blue][i % 3]!, pixel % width, Math.floor(pixel / width));
  });
  return encode({ width, height, channels: 3, data });
}
