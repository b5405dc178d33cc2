import * as tf from '@tensorflow/tfjs';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import { loadLayersModel, useBackend } from '../src/index.ts';
import { answerOf, FLOAT32, modelOf, ramp, type Layer } from './support/keras-models.ts';
import { assertRefused } from './support/refusal.ts';

const test = suite('resampling and convolution in Keras files');

test.before(async () => {
  await useBackend('cpu');
});

test('resizing has half-pixel centers: values of tf.image.resize', async () => {
  const resized = async (config: Record<string, unknown>, height = 2, width = 2): Promise<Float32Array> => {
    const { files } = modelOf([height, width, 1], [['Resizing', config]]);
    return answerOf(files, ramp(height * width));
  };
  const up = [0, 0.25, 0.75, 1, 0.5, 0.75, 1.25, 1.5, 1.5, 1.75, 2.25, 2.5, 2, 2.25, 2.75, 3];
  assertClose(await resized({ height: 4, width: 4 }), up, FLOAT32);
  assertClose(
    await resized({ height: 1, width: 2, interpolation: 'nearest' }, 5, 5),
    // Row floor(2.5), columns floor(1.25) and floor(3.75).
    [11, 13],
    FLOAT32,
  );
  // The middle columns 1 and 2 of four; then half of it.
  assertClose(
    await resized({ height: 2, width: 2, crop_to_aspect_ratio: true }, 2, 4),
    [1, 2, 5, 6],
    FLOAT32,
  );
  // A row of 7 above and one below.
  assertClose(
    await resized({ height: 4, width: 4, pad_to_aspect_ratio: true, fill_value: 7 }, 2, 4),
    [7, 7, 7, 7, 0, 1, 2, 3, 4, 5, 6, 7, 7, 7, 7, 7],
    FLOAT32,
  );
});

test('bilinear upsampling: that of Keras in files of Keras, that of TF.js in its own', async () => {
  const layer: Layer = [
    'UpSampling2D',
    { size: [2, 1], interpolation: 'bilinear', data_format: 'channels_last' },
  ];
  const { files } = modelOf([2, 1, 1], [layer]);
  assertClose(await answerOf(files, Float32Array.of(0, 10)), [0, 2.5, 7.5, 10], FLOAT32);
  const own = modelOf([2, 1, 1], [layer], {}, {}, 'tfjs-layers 4.22.0');
  assertClose(await answerOf(own.files, Float32Array.of(0, 10)), [0, 5, 10, 10], FLOAT32);
});

test('the gradient through resampling is that of the linear map it is', async () => {
  const { files } = modelOf([2, 1, 1], [['Resizing', { height: 4, width: 1 }]]);
  const loaded = await loadLayersModel(files);
  const gradient = tf.tidy(() => {
    const score = (x: tf.Tensor): tf.Tensor =>
      (loaded.model.apply(x) as tf.Tensor).mul(tf.tensor([1, 10, 100, 1000], [1, 4, 1, 1])).sum();
    return tf
      .grad(score)(tf.zeros([1, 2, 1, 1]))
      .dataSync<'float32'>();
  });
  assertClose(gradient, [1 + 7.5 + 25, 2.5 + 75 + 1000], FLOAT32);
  loaded.dispose();
});

test('a causal convolution reads nothing later: values of tf.keras.layers.Conv1D', async () => {
  const kernel = { 'layer0/kernel': [2, 1, 1] };
  const causal = async (config: Record<string, unknown>, length: number): Promise<Float32Array> => {
    const layer = { filters: 1, kernel_size: [2], padding: 'causal', use_bias: false, ...config };
    const { files } = modelOf([length, 1], [['Conv1D', layer]], kernel, { 'layer0/kernel': [10, 1] });
    return answerOf(files, ramp(length));
  };
  // y_t = 10 x_(t - dilation) + x_t
  assertClose(await causal({}, 4), [0, 1, 12, 23], FLOAT32);
  assertClose(await causal({ dilation_rate: [2] }, 4), [0, 1, 2, 13], FLOAT32);
  assertClose(await causal({ strides: [2] }, 5), [0, 12, 34], FLOAT32);
  await assertRefused(
    () =>
      loadLayersModel(
        modelOf([4, 4, 3], [['Conv2D', { filters: 4, kernel_size: [1, 1], padding: 'causal' }]]).files,
      ),
    'unsupported-layer',
    /padding=causal/,
  );
});

test('a padding that is none is refused, of whatever layer with windows', async () => {
  const window = { filters: 3, kernel_size: [2, 2], pool_size: [2, 2] };
  for (const kind of ['Conv2D', 'Conv2DTranspose', 'DepthwiseConv2D', 'MaxPooling2D', 'AveragePooling2D']) {
    for (const padding of ['relu', true, []]) {
      const { files } = modelOf([4, 4, 3], [[kind, { ...window, padding }]]);
      await assertRefused(() => loadLayersModel(files), 'unsupported-layer', /padding (relu|of no name)/);
    }
  }
});

test('groups of a convolution, also as many as channels and along one axis', async () => {
  const x = seededRandom(5).floats(4 * 4 * 4, -1, 1);
  for (const groups of [2, 4]) {
    const shapes = { 'layer0/kernel': [3, 3, 4 / groups, 8], 'layer0/bias': [8] };
    const config = {
      filters: 8,
      kernel_size: [3, 3],
      padding: 'valid',
      groups,
      activation: 'relu',
      use_bias: true,
    };
    const { files, weights } = modelOf([4, 4, 4], [['Conv2D', config]], shapes);
    const [kernel = new Float32Array(), bias = new Float32Array()] = Object.values(weights);
    const expected = Array.from({ length: 2 * 2 * 8 }, (_, i) => {
      const [row, column, filter] = [Math.floor(i / 16), Math.floor(i / 8) % 2, i % 8];
      const [own, first] = [4 / groups, Math.floor(filter / (8 / groups)) * (4 / groups)];
      let sum = bias[filter] ?? 0;
      for (let tap = 0; tap < 9 * own; tap++) {
        const [u, v, c] = [Math.floor(tap / own / 3), Math.floor(tap / own) % 3, tap % own];
        sum += (x[((row + u) * 4 + column + v) * 4 + first + c] ?? 0) * (kernel[tap * 8 + filter] ?? 0);
      }
      return Math.max(0, sum);
    });
    assertClose(await answerOf(files, x), expected, FLOAT32);
  }
  const flat = modelOf(
    [2, 2],
    [['Conv1D', { filters: 2, kernel_size: [1], groups: 2, use_bias: false }]],
    { 'layer0/kernel': [1, 1, 2] },
    { 'layer0/kernel': [10, 100] },
  );
  assertClose(await answerOf(flat.files, Float32Array.of(1, 2, 3, 4)), [10, 200, 30, 400], FLOAT32);
});

test('a dilated depthwise convolution: Keras computes it, TF.js passes over the dilation', async () => {
  const config = {
    kernel_size: [2, 1],
    dilation_rate: [2, 1],
    padding: 'valid',
    use_bias: false,
    depth_multiplier: 1,
  };
  const shapes = { 'layer0/depthwise_kernel': [2, 1, 1, 1] };
  const given = { 'layer0/depthwise_kernel': [1, 10] };
  const x = Float32Array.of(1, 2, 3, 4);
  const { files } = modelOf([4, 1, 1], [['DepthwiseConv2D', config]], shapes, given);
  assertClose(await answerOf(files, x), [31, 42], FLOAT32);
  const own = modelOf([4, 1, 1], [['DepthwiseConv2D', config]], shapes, given, 'tfjs-layers 4.22.0');
  assertClose(await answerOf(own.files, x), [21, 32, 43], FLOAT32);
});

test.run();
