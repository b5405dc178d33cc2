import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import * as tf from '@tensorflow/tfjs';
import { suite } from 'uvu';
import { useBackend } from '../src/backend/use-backend.ts';

/** Sums of some ten float32 products in another order. */
const ROUNDING = { ofLargest: 1e-6 };

const test = suite('same padding on the WASM backend');

/** Height and width of the input and of the window, strides, dilations. */
const CASES = [
  { size: [6, 4], window: [2, 1], strides: [2, 2], dilations: [1, 1] },
  { size: [6, 4], window: [1, 2], strides: [2, 2], dilations: [1, 1] },
  { size: [6, 5], window: [1, 1], strides: [2, 2], dilations: [1, 1] },
  { size: [8, 7], window: [3, 1], strides: [1, 3], dilations: [1, 1] },
  { size: [9, 4], window: [3, 2], strides: [5, 3], dilations: [1, 1] },
  { size: [7, 8], window: [3, 3], strides: [2, 2], dilations: [1, 1] },
  { size: [7, 8], window: [3, 1], strides: [1, 1], dilations: [2, 1] },
] as const;

for (const { size, window, strides, dilations } of CASES) {
  test(`windows of ${window.join(' by ')}, strides ${strides.join(' and ')}, on ${size.join(' by ')}`, async () => {
    const [wasm, cpu] = [await convolve('wasm'), await convolve('cpu')];
    cpu.forEach((expected, i) => {
      assertClose(wasm[i] ?? [], expected, ROUNDING, `convolution ${String(i)}`);
    });
  });

  /** Ordinary and depthwise, alone and fused with a bias and an activation. */
  async function convolve(backend: 'wasm' | 'cpu'): Promise<Float32Array[]> {
    await useBackend(backend);
    const random = seededRandom(3);
    const results = tf.tidy(() => {
      const x = tf.tensor4d(random.floats(2 * size[0] * size[1] * 3), [2, ...size, 3]);
      const filter = tf.tensor4d(random.floats(window[0] * window[1] * 12), [...window, 3, 4]);
      const depthwise = tf.tensor4d(random.floats(window[0] * window[1] * 6), [...window, 3, 2]);
      const fused = {
        strides: [...strides] as [number, number],
        pad: 'same',
        dilations: [...dilations] as [number, number],
        activation: 'relu',
      } as const;
      return [
        tf.conv2d(x, filter, fused.strides, 'same', 'NHWC', fused.dilations),
        tf.depthwiseConv2d(x, depthwise, fused.strides, 'same', 'NHWC', fused.dilations),
        tf.fused.conv2d({ ...fused, x, filter, bias: tf.tensor1d(random.floats(4)) }),
        tf.fused.depthwiseConv2d({ ...fused, x, filter: depthwise, bias: tf.tensor1d(random.floats(6)) }),
      ];
    });
    const values = await Promise.all(results.map((result) => result.data<'float32'>()));
    tf.dispose(results);
    return values;
  }
}

test('a depthwise layer, which gives no dilations', async () => {
  const [wasm, cpu] = [await convolve('wasm'), await convolve('cpu')];
  assertClose(wasm, cpu, ROUNDING);

  async function convolve(backend: 'wasm' | 'cpu'): Promise<Float32Array> {
    await useBackend(backend);
    const model = tf.sequential({
      layers: [
        tf.layers.depthwiseConv2d({ inputShape: [6, 4, 3], kernelSize: [1, 2], strides: 2, padding: 'same' }),
      ],
    });
    const random = seededRandom(4);
    const weights = [tf.tensor(random.floats(6), [1, 2, 3, 1]), tf.zeros([3])];
    model.setWeights(weights);
    const x = tf.tensor(random.floats(72), [1, 6, 4, 3]);
    const result = model.predict(x) as tf.Tensor;
    const values = await result.data<'float32'>();
    tf.dispose([...weights, x, result]);
    model.dispose();
    return values;
  }
});

test.run();
