import * as tf from '@tensorflow/tfjs';

interface Seeded {
  readonly kernelInitializer: ReturnType<typeof tf.initializers.glorotUniform>;
}

const seeded = (seed: number): Seeded => ({ kernelInitializer: tf.initializers.glorotUniform({ seed }) });

function convolution(name: string, seed: number, filters: number, kernelSize: number): tf.layers.Layer {
  return tf.layers.conv2d({ name, filters, kernelSize, padding: 'same', ...seeded(seed) });
}

const applied = (layer: tf.layers.Layer, x: tf.SymbolicTensor | tf.SymbolicTensor[]): tf.SymbolicTensor =>
  layer.apply(x) as tf.SymbolicTensor;

/** A residual network of 16 x 16 images with `blocks` blocks of six layers, and 1,280 channels at its end; the caller disposes of it. */
export function residualNetwork(blocks: number): tf.LayersModel {
  const input = tf.input({ shape: [16, 16, 3] });
  let x = applied(convolution('stem_conv', 1, 4, 3), input);
  for (let block = 1; block <= blocks; block++) {
    const named = (part: string): string => `stage_block${block}_${part}`;
    let y = applied(convolution(named('1_conv'), 2 * block, 4, 1), x);
    y = applied(tf.layers.batchNormalization({ name: named('1_bn') }), y);
    y = applied(tf.layers.activation({ activation: 'relu', name: named('1_relu') }), y);
    y = applied(convolution(named('2_conv'), 2 * block + 1, 4, 3), y);
    y = applied(tf.layers.add({ name: named('add') }), [x, y]);
    x = applied(tf.layers.activation({ activation: 'relu', name: named('out') }), y);
  }
  x = applied(convolution('top_conv', 500, 1280, 1), x);
  x = applied(tf.layers.globalAveragePooling2d({}), x);
  return tf.model({
    inputs: input,
    outputs: applied(tf.layers.dense({ units: 4, activation: 'softmax', ...seeded(501) }), x),
  });
}

/** A network of 24 x 24 images whose `blocks` blocks have four branches each, as those of Inception; the caller disposes of it. */
export function branchedNetwork(blocks: number): tf.LayersModel {
  const input = tf.input({ shape: [24, 24, 3] });
  let x = applied(convolution('conv2d_stem', 1, 8, 3), input);
  let seed = 1;
  for (let block = 0; block < blocks; block++) {
    const unit = (from: tf.SymbolicTensor, kernelSize: number): tf.SymbolicTensor => {
      const number = ++seed;
      const y = applied(convolution(`conv2d_${number}`, number, 4, kernelSize), from);
      const normalized = applied(tf.layers.batchNormalization({ name: `batch_normalization_${number}` }), y);
      return applied(tf.layers.activation({ activation: 'relu', name: `activation_${number}` }), normalized);
    };
    const pooled = applied(
      tf.layers.averagePooling2d({
        name: `average_pooling2d_${block}`,
        poolSize: 3,
        strides: 1,
        padding: 'same',
      }),
      x,
    );
    const branches = [unit(x, 1), unit(unit(x, 1), 5), unit(unit(unit(x, 1), 3), 3), unit(pooled, 1)];
    x = applied(tf.layers.concatenate({ name: `mixed${block}` }), branches);
  }
  x = applied(tf.layers.globalAveragePooling2d({ name: 'avg_pool' }), x);
  const output = applied(
    tf.layers.dense({ name: 'predictions', units: 5, activation: 'softmax', ...seeded(900) }),
    x,
  );
  return tf.model({ inputs: input, outputs: output });
}
