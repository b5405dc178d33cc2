import * as tf from '@tensorflow/tfjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { useBackend } from '../src/backend/use-backend.ts';

/** Sums of a few hundred float32 products in another order. */
const tolerance = 1e-5;

interface Case {
  readonly input: [number, number, number, number];
  readonly filter: [number, number, number, number];
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number;
}

const cases: readonly Case[] = [
  { input: [2, 7, 9, 3], filter: [3, 3, 3, 5], strides: 1, pad: 'same' },
  { input: [2, 7, 9, 3], filter: [3, 3, 3, 5], strides: 1, pad: 'valid' },
  { input: [3, 8, 8, 2], filter: [3, 3, 2, 4], strides: 2, pad: 'same' },
  { input: [1, 11, 7, 1], filter: [5, 3, 1, 1], strides: [3, 2], pad: 'same' },
  { input: [2, 10, 9, 4], filter: [2, 4, 4, 3], strides: [2, 3], pad: 'valid' },
  { input: [2, 6, 6, 2], filter: [3, 3, 2, 3], strides: 1, pad: 2 },
  { input: [2, 6, 6, 2], filter: [1, 1, 2, 3], strides: 1, pad: 1 },
  { input: [2, 9, 9, 3], filter: [1, 1, 3, 4], strides: 2, pad: 'valid' },
  { input: [1, 3, 3, 2], filter: [3, 3, 2, 7], strides: 1, pad: 'valid' },
  { input: [4, 1, 13, 5], filter: [1, 5, 5, 3], strides: 1, pad: 'same' },
  { input: [1, 2, 2, 1], filter: [2, 2, 1, 1], strides: 2, pad: 'same' },
];

for (const { input, filter, strides, pad } of cases) {
  const name = `[${input.join()}] by [${filter.join()}], strides ${strides.toString()}, padding ${pad}`;

  test(`Conv2D gradients on WASM equal the CPU backend's: ${name}`, async () => {
    await agree(input, filter, (x, w) => tf.conv2d(x, w, strides, pad));
  });

  const depthwise: Case['filter'] = [filter[0], filter[1], input[3], 2];
  test(`depthwise gradients on WASM equal the CPU backend's: ${name}, multiplier 2`, async () => {
    await agree(input, depthwise, (x, w) => tf.depthwiseConv2d(x, w, strides, pad));
  });
}

test('Conv1D gradients on WASM equal those of the CPU backend', async () => {
  await agree([2, 1, 17, 3], [1, 5, 3, 4], (x, w) =>
    tf.conv1d(tf.squeeze<tf.Tensor3D>(x, [1]), tf.squeeze<tf.Tensor3D>(w, [0]), 1, 'same'),
  );
});

for (const hasTies of [false, true]) {
  for (const [size, strides, pad] of [
    [2, 2, 'valid'],
    [3, 2, 'same'],
    [3, 1, 'same'],
    [[2, 3], [3, 1], 'valid'],
    [[7, 9], 1, 'valid'],
  ] as const) {
    const name = `windows of ${size.toString()}, strides ${strides.toString()}, padding ${pad}`;
    test(`MaxPool gradients on WASM equal the CPU backend's${hasTies ? ' with ties' : ''}: ${name}`, async () => {
      const pool = (x: tf.Tensor4D): tf.Tensor =>
        tf.maxPool(hasTies ? coarse(x) : x, size as [number, number], strides as [number, number], pad);
      const [expected] = await gradients('cpu', [2, 7, 9, 3], [1, 1, 1, 1], (x, w) => tf.mul(pool(x), w));
      const [actual] = await gradients('wasm', [2, 7, 9, 3], [1, 1, 1, 1], (x, w) => tf.mul(pool(x), w));
      assertClose(actual, expected, 'input');
    });
  }
}

test('a gradient leaves no tensors behind', async () => {
  await useBackend('wasm');
  const run = (): void => {
    const x = tf.ones<tf.Rank.R4>([1, 6, 6, 2]);
    const w = tf.ones<tf.Rank.R4>([3, 3, 2, 4]);
    const slope = tf.grad((filter) => tf.sum(tf.conv2d(x, filter as tf.Tensor4D, 2, 'same')));
    tf.dispose([slope(w), x, w]);
  };
  run();
  const before = tf.memory().numTensors;
  run();
  assert.is(tf.memory().numTensors, before);
});

/** Few different values, passed through by gradients. */
function coarse(x: tf.Tensor4D): tf.Tensor4D {
  const round = tf.customGrad((value) => ({
    value: tf.round(tf.mul(value as tf.Tensor, 2)),
    gradFunc: (dy: tf.Tensor) => [dy],
  }));
  return round(x) as tf.Tensor4D;
}

async function agree(
  input: Case['input'],
  filter: Case['filter'],
  convolve: (x: tf.Tensor4D, w: tf.Tensor4D) => tf.Tensor,
): Promise<void> {
  const [expectedX, expectedW] = await gradients('cpu', input, filter, convolve);
  const [x, w] = await gradients('wasm', input, filter, convolve);
  assertClose(x, expectedX, 'input');
  assertClose(w, expectedW, 'filter');
}

async function gradients(
  backend: 'cpu' | 'wasm',
  input: Case['input'],
  filter: Case['filter'],
  convolve: (x: tf.Tensor4D, w: tf.Tensor4D) => tf.Tensor,
): Promise<[Float32Array, Float32Array]> {
  await useBackend(backend);
  const results = tf.tidy(() => {
    const x = tf.randomUniform<tf.Rank.R4>(input, -1, 1, 'float32', 3);
    const w = tf.randomUniform<tf.Rank.R4>(filter, -1, 1, 'float32', 4);
    const slopes = tf.randomUniform(convolve(x, w).shape, -1, 1, 'float32', 5);
    return tf.grads((a, b) => tf.sum(tf.mul(convolve(a as tf.Tensor4D, b as tf.Tensor4D), slopes)))([x, w]);
  });
  const values = results.map((result) => Float32Array.from(result.dataSync<'float32'>()));
  tf.dispose(results);
  return [values[0] ?? new Float32Array(), values[1] ?? new Float32Array()];
}

function assertClose(actual: Float32Array, expected: Float32Array, what: string): void {
  assert.is(actual.length, expected.length);
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  assert.ok(scale > 0, `${what}: an all-zero gradient shows nothing`);
  const worst = expected.reduce(
    (error, value, i) => Math.max(error, Math.abs(value - (actual[i] ?? NaN))),
    0,
  );
  assert.ok(worst <= tolerance * scale, `${what} gradient: off by ${worst} of ${scale}`);
}

test.run();
