import * as tf from '@tensorflow/tfjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withConstantWeights } from '../src/backend/constant-weights.ts';
import { useBackend } from '../src/backend/use-backend.ts';

/** Sums of a few hundred float32 products in another order. */
const tolerance = 1e-5;

interface Case {
  readonly input: [number, number, number, number];
  readonly filter: [number, number, number, number];
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;
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
  { input: [2, 11, 10, 2], filter: [2, 2, 2, 3], strides: [3, 4], pad: 'valid' },
  { input: [1, 10, 9, 3], filter: [3, 5, 3, 2], strides: [2, 1], pad: 'same' },
  {
    input: [2, 7, 8, 2],
    filter: [3, 2, 2, 3],
    strides: [2, 1],
    pad: [
      [0, 0],
      [2, 1],
      [0, 3],
      [0, 0],
    ],
  },
];

for (const { input, filter, strides, pad } of cases) {
  const name = `[${input.join()}] by [${filter.join()}], strides ${strides.toString()}, padding ${pad.toString()}`;

  test(`Conv2D gradients on WASM equal the CPU backend's: ${name}`, async () => {
    await agree(input, filter, (x, w) => tf.conv2d(x, w, strides, pad));
  });

  for (const multiplier of [1, 2]) {
    const depthwise: Case['filter'] = [filter[0], filter[1], input[3], multiplier];
    // TensorFlow.js's types forget the explicit padding that its depthwise convolution takes.
    const padding = pad as 'same';
    test(`depthwise gradients on WASM equal the CPU backend's: ${name}, multiplier ${multiplier}`, async () => {
      await agree(input, depthwise, (x, w) => tf.depthwiseConv2d(x, w, strides, padding));
    });
  }
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

test('gradients of filters are left out where weights are constant, and those of inputs are the same', async () => {
  await useBackend('wasm');
  const x = tf.randomUniform<tf.Rank.R4>([1, 6, 6, 2], -1, 1, 'float32', 3);
  const w = tf.randomUniform<tf.Rank.R4>([3, 3, 2, 4], -1, 1, 'float32', 4);
  const both = (): number[][] => {
    const slopes = tf.grads((a, b) => tf.sum(tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same')))([
      x,
      w,
    ]);
    return slopes.map((slope) => Array.from(slope.dataSync()));
  };
  const [ofInput, ofFilter] = both();
  assert.ok(ofFilter?.every((value) => value !== 0));
  assert.equal(withConstantWeights(both), [ofInput, ofFilter?.map(() => 0)]);
  assert.equal(both(), [ofInput, ofFilter]);
  assert.throws(() =>
    withConstantWeights(() => {
      throw new Error('fails');
    }),
  );
  assert.equal(both(), [ofInput, ofFilter], 'after an error within');
  tf.dispose([x, w]);
});

for (const rank of [2, 4]) {
  for (const isScaled of [true, false]) {
    const kind = `${isScaled ? '' : 'un'}scaled batch normalization of rank ${rank}`;
    test(`the gradients of ${kind} on WASM are those of its definition`, async () => {
      await useBackend('wasm');
      const shape = rank === 2 ? [24, 3] : [2, 3, 4, 3];
      const [epsilon, mean, variance, offset] = [0.01, [0.5, -1, 2], [0.5, 2, 1e-4], [1, 2, 3]];
      const scale = isScaled ? [2, -3, 0.5] : [1, 1, 1];
      const x = tf.randomUniform(shape, -1, 1, 'float32', 3);
      const dy = tf.randomUniform(shape, -1, 1, 'float32', 5);
      const inputs = [x, ...[mean, variance, offset, scale].map((values) => tf.tensor1d(values))];
      const found = tf.grads((a, m, v, o, s) => tf.batchNorm(a, m, v, o, s, epsilon))(inputs, dy);
      const [xs, slopes] = [x.dataSync(), dy.dataSync()];
      const factors = variance.map((value) => 1 / Math.sqrt(value + epsilon));
      const sums = (of: (i: number, c: number) => number): Float32Array =>
        Float32Array.from(mean, (_, c) => {
          let sum = 0;
          for (let i = c; i < xs.length; i += 3) sum += slopes[i]! * of(i, c);
          return sum;
        });
      const expected = [
        Float32Array.from(slopes, (slope, i) => slope * factors[i % 3]! * scale[i % 3]!),
        sums((_, c) => -factors[c]! * scale[c]!),
        sums((i, c) => -0.5 * (xs[i]! - mean[c]!) * factors[c]! ** 3 * scale[c]!),
        sums(() => 1),
        sums((i, c) => (xs[i]! - mean[c]!) * factors[c]!),
      ];
      expected.forEach((values, i) => {
        assertClose(found[i]!.dataSync<'float32'>(), values, `input ${String(i)}`);
      });
      tf.dispose([dy, ...inputs, ...found]);
    });
  }
}

for (const backend of ['wasm', 'cpu'] as const) {
  test(`the gradient of clipping on ${backend} passes its bounds and nothing beyond`, async () => {
    await useBackend('wasm');
    await useBackend(backend);
    const x = tf.tensor2d([-1, 0, 0.5, 6, 6.5, NaN, -Infinity, Infinity], [2, 4]);
    const dy = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [2, 4]);
    const slopes = tf.grad((a) => tf.clipByValue(a, 0, 6))(x, dy);
    assert.equal(Array.from(slopes.dataSync()), [0, 2, 3, 4, 0, 0, 0, 0]);
    assert.equal(slopes.shape, [2, 4]);
    tf.dispose([x, dy, slopes]);
  });
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
