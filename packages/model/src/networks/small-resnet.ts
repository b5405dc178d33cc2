import * as tf from '@tensorflow/tfjs';
import { checkNetworkOptions, type ImageNetworkOptions } from './options.ts';
import { seededInitializers } from './seeds.ts';

/**
 * A residual network of three blocks with 16, 32 and 64 filters, the last two at half the resolution and with a
 * projected shortcut: batch normalisation after every convolution, ReLU after every addition, global average pooling,
 * dense softmax. `[n, height, width, channels] -> [n, classes]`, any size.
 *
 * The caller disposes of the model.
 *
 * @throws ModelError `invalid-option`.
 *
 * Source: He et al., "Deep Residual Learning for Image Recognition", 2016 (basic block, Fig. 5 left; projection B).
 */
export function smallResNet(options: ImageNetworkOptions): tf.LayersModel {
  const { inputShape, classes = 8, l2 = 5e-4, seed = 1 } = options;
  checkNetworkOptions({ inputShape, classes, l2, seed });
  const initializer = seededInitializers(seed);

  const normalized = (
    x: tf.SymbolicTensor,
    name: string,
    { filters, kernelSize, strides }: { filters: number; kernelSize: number; strides: number },
  ): tf.SymbolicTensor => {
    const convolution = tf.layers.conv2d({
      name: `${name}_conv`,
      filters,
      kernelSize,
      strides,
      padding: 'same',
      useBias: false,
      kernelInitializer: initializer(),
      kernelRegularizer: tf.regularizers.l2({ l2 }),
    });
    const normalization = tf.layers.batchNormalization({ name: `${name}_bn`, momentum: 0.9 });
    return normalization.apply(convolution.apply(x)) as tf.SymbolicTensor;
  };
  const relu = (x: tf.SymbolicTensor, name: string): tf.SymbolicTensor =>
    tf.layers.activation({ name, activation: 'relu' }).apply(x) as tf.SymbolicTensor;
  const block = (x: tf.SymbolicTensor, name: string, filters: number, strides: number): tf.SymbolicTensor => {
    const first = normalized(x, `${name}_1`, { filters, kernelSize: 3, strides });
    const branch = normalized(relu(first, `${name}_1_relu`), `${name}_2`, {
      filters,
      kernelSize: 3,
      strides: 1,
    });
    const shortcut = strides === 1 ? x : normalized(x, `${name}_0`, { filters, kernelSize: 1, strides });
    const sum = tf.layers.add({ name: `${name}_add` }).apply([shortcut, branch]) as tf.SymbolicTensor;
    return relu(sum, `${name}_out`);
  };

  const input = tf.input({ shape: [...inputShape], name: 'input' });
  let x = relu(normalized(input, 'stem', { filters: 16, kernelSize: 3, strides: 1 }), 'stem_relu');
  x = block(x, 'block1', 16, 1);
  x = block(x, 'block2', 32, 2);
  x = block(x, 'block3', 64, 2);
  const pooled = tf.layers.globalAveragePooling2d({ name: 'global_average_pooling2d' }).apply(x);
  const classifier = tf.layers.dense({
    name: 'dense',
    units: classes,
    activation: 'softmax',
    kernelInitializer: initializer(),
  });
  return tf.model({
    name: 'small_resnet',
    inputs: input,
    outputs: classifier.apply(pooled) as tf.SymbolicTensor,
  });
}
