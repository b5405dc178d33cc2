import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import * as tf from '@tensorflow/tfjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { useBackend } from '../src/backend/use-backend.ts';
import { shippedKernels } from '../src/backend/wasm-volumes.ts';

/** Sums of some hundred float32 products in another order. */
const ROUNDING = { ofLargest: 2e-6 };

const test = suite('volumes on the WASM backend');

type Triple = [number, number, number];
type Shape5 = [number, number, number, number, number];

interface Case {
  readonly size: Triple;
  readonly window: Triple;
  readonly strides: Triple;
  readonly pad: 'same' | 'valid';
}

const CASES: readonly Case[] = [
  { size: [5, 6, 4], window: [2, 2, 2], strides: [2, 2, 2], pad: 'valid' },
  { size: [5, 6, 4], window: [2, 3, 2], strides: [2, 1, 1], pad: 'same' },
  { size: [4, 7, 5], window: [3, 3, 3], strides: [1, 2, 3], pad: 'same' },
  { size: [6, 4, 6], window: [1, 2, 1], strides: [2, 2, 2], pad: 'same' },
  { size: [3, 4, 5], window: [3, 4, 5], strides: [1, 1, 1], pad: 'valid' },
];

/** Differentiable functions of `x` and of a filter for it, by kernel. */
type Operate = (x: tf.Tensor5D, filter: tf.Tensor5D, by: Case) => tf.Tensor;

/** Functions of an input and of a filter for it. */
const OPERATIONS: Readonly<Record<string, Operate>> = {
  'max pooling': (x, _, { window, strides, pad }) => tf.maxPool3d(x, window, strides, pad),
  'average pooling': (x, _, { window, strides, pad }) => tf.avgPool3d(x, window, strides, pad),
  convolution: (x, filter, { strides, pad }) => tf.conv3d(x, filter, strides, pad),
  'transposed convolution': (x, filter, { window, strides, pad }) => {
    const sizes = x.shape.slice(1, 4).map((size, axis) => {
      const [step, reach] = [strides[axis] ?? 1, window[axis] ?? 1];
      return pad === 'same' ? size * step : size * step + Math.max(reach - step, 0);
    });
    const shape = [x.shape[0], ...sizes, filter.shape[4]] as Shape5;
    return tf.conv3dTranspose(x, tf.transpose(filter, [0, 1, 2, 4, 3]), shape, strides, pad);
  },
};

for (const [name, operate] of Object.entries(OPERATIONS)) {
  for (const by of CASES) {
    const { size, window, strides, pad } = by;
    test(`${name}: windows of ${window.join(' by ')}, strides ${strides.join()}, ${pad}, on ${size.join(' by ')}`, async () => {
      const [wasm, cpu] = [await compute('wasm', name, operate, by), await compute('cpu', name, operate, by)];
      cpu.forEach((expected, i) => {
        assertClose(
          wasm[i] ?? [],
          expected,
          ROUNDING,
          ['result', 'gradient of the input', 'of the filter'][i],
        );
      });
    });
  }
}

/** What is wrong with them as they come is told in `wasm-volumes.ts`. */
for (const { kernel, name, result } of [
  { kernel: tf.MaxPool3D, name: 'max pooling', result: 0 },
  { kernel: tf.MaxPool3DGrad, name: 'max pooling', result: 1 },
  { kernel: tf.Conv3DBackpropInputV2, name: 'transposed convolution', result: 0 },
  { kernel: tf.Conv3DBackpropFilterV2, name: 'convolution', result: 2 },
]) {
  test(`${kernel} as TensorFlow.js ships it is still wrong; where it is not, delete its replacement`, async () => {
    const by = CASES[2]!;
    const operate = OPERATIONS[name]!;
    const expected = (await compute('cpu', name, operate, by))[result] ?? [];
    await useBackend('wasm');
    const own = tf.getKernel(kernel, 'wasm');
    tf.unregisterKernel(kernel, 'wasm');
    tf.registerKernel(shippedKernels.get(kernel)!);
    try {
      const shipped = (await compute('wasm', name, operate, by))[result] ?? [];
      const off = Math.max(...Array.from(expected, (value, i) => Math.abs(value - (shipped[i] ?? NaN))));
      // One of them reads memory that nobody has written, where NaN may be.
      assert.not(off <= 0.1, `off by ${String(off)}`);
    } finally {
      tf.unregisterKernel(kernel, 'wasm');
      tf.registerKernel(own);
    }
  });
}

/** The result and, as far as there are any, its gradients by the input and by the filter. */
async function compute(
  backend: 'wasm' | 'cpu',
  name: string,
  operate: Operate,
  by: Case,
): Promise<Float32Array[]> {
  const { size, window } = by;
  await useBackend(backend);
  const before = tf.memory().numTensors;
  const random = seededRandom(3);
  const results = tf.tidy(() => {
    // Values below zero in the one input, both signs in the other.
    const values = random.floats(2 * size[0] * size[1] * size[2] * 3);
    const data = values.map((value, i) => (i < values.length / 2 ? value - 5 : value));
    const x = tf.tensor(data, [2, ...size, 3]);
    const filter = tf.tensor(random.floats(window[0] * window[1] * window[2] * 12), [...window, 3, 4]);
    const result = operate(x as tf.Tensor5D, filter as tf.Tensor5D, by);
    const slopes = tf.tensor(random.floats(result.size), result.shape);
    const loss = (a: tf.Tensor, b: tf.Tensor = filter): tf.Scalar =>
      tf.sum(tf.mul(operate(a as tf.Tensor5D, b as tf.Tensor5D, by), slopes));
    if (name === 'convolution') return [result, ...tf.grads(loss)([x, filter])];
    // The CPU backend mistakes positions in windows of max pooling that are no cubes; nobody has a gradient of the last.
    const hasGradient = name === 'average pooling' || (name === 'max pooling' && new Set(window).size === 1);
    return hasGradient ? [result, tf.grad((a) => loss(a))(x)] : [result];
  });
  const read = await Promise.all(results.map((result) => result.data<'float32'>()));
  tf.dispose(results);
  assert.is(tf.memory().numTensors, before);
  return read;
}

test.run();
