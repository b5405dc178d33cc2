import * as tf from '@tensorflow/tfjs';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { groupNormalization, loadLayersModel, modelFiles, useBackend, type NamedFile } from '../src/index.ts';
import { weightPenalty } from '../src/training/penalties.ts';
import { randomizeWeights } from './support/random-weights.ts';
import { assertRefused } from './support/refusal.ts';

/** Some ten float32 roundings of 6e-8, enlarged by 1 / sqrt(variance) of about 2. */
const FLOAT32 = { absolute: 3e-6 };

const test = suite('the layer GroupNormalization');

test.before(async () => {
  await useBackend('cpu');
});

/** A network of this layer alone, and what it gives for random numbers. */
function normalized(
  options: Parameters<typeof groupNormalization>[0],
  shape: readonly number[],
): { x: Float32Array; y: Float32Array; weights: Float32Array[] } {
  const random = seededRandom(shape.length);
  const inputShape = shape.slice(1);
  const model = tf.sequential({ layers: [groupNormalization({ ...options, inputShape })] });
  randomizeWeights(model, random);
  const x = random.floats(shape.reduce((size, length) => size * length, 1));
  const y = tf.tidy(() => (model.predict(tf.tensor(x, [...shape])) as tf.Tensor).dataSync<'float32'>());
  const weights = model.getWeights().map((weight) => weight.dataSync<'float32'>().slice());
  model.dispose();
  return { x, y, weights };
}

/** The definition, element by element in float64, of `[batch, positions, channels]`. */
function expected(
  x: Float32Array,
  [batch, positions, channels]: readonly [number, number, number],
  groups: number,
  epsilon: number,
  gamma: Float32Array | null,
  beta: Float32Array | null,
): number[] {
  const size = channels / groups;
  return Array.from(x, (value, i) => {
    const n = Math.floor(i / (positions * channels));
    const c = i % channels;
    const group = Math.floor(c / size);
    const members: number[] = [];
    for (let p = 0; p < positions; p++) {
      for (let j = 0; j < size; j++) members.push(x[(n * positions + p) * channels + group * size + j] ?? 0);
    }
    assert.ok(n < batch);
    const mean = members.reduce((sum, member) => sum + member, 0) / members.length;
    const variance = members.reduce((sum, member) => sum + (member - mean) ** 2, 0) / members.length;
    return ((value - mean) / Math.sqrt(variance + epsilon)) * (gamma?.[c] ?? 1) + (beta?.[c] ?? 0);
  });
}

for (const groups of [1, 2, 3, 6, -1]) {
  test(`${String(groups)} groups are normalized over positions and their channels`, () => {
    const { x, y, weights } = normalized({ groups, epsilon: 0.01 }, [2, 3, 4, 6]);
    const [gamma = null, beta = null] = weights;
    const wanted = expected(x, [2, 12, 6], groups === -1 ? 6 : groups, 0.01, gamma, beta);
    assertClose(y, wanted, FLOAT32);
  });
}

test('center and scale leave beta and gamma out', () => {
  const bare = normalized({ groups: 2, center: false, scale: false }, [1, 5, 4]);
  assert.is(bare.weights.length, 0);
  assertClose(bare.y, expected(bare.x, [1, 5, 4], 2, 1e-3, null, null), FLOAT32);
  const { x, y, weights } = normalized({ groups: 2, center: false }, [1, 5, 4]);
  assert.is(weights.length, 1);
  assertClose(y, expected(x, [1, 5, 4], 2, 1e-3, weights[0] ?? null, null), FLOAT32);
});

test('another axis gives what the last one gives of the transposed input', () => {
  const random = seededRandom(5);
  const x = tf.tensor4d(random.floats(2 * 6 * 3 * 4), [2, 6, 3, 4]);
  const [first, last] = [groupNormalization({ groups: 3, axis: 1 }), groupNormalization({ groups: 3 })];
  const y = first.apply(x) as tf.Tensor;
  const z = (last.apply(x.transpose([0, 2, 3, 1])) as tf.Tensor).transpose([0, 3, 1, 2]);
  assert.equal(y.shape, x.shape);
  assertClose(y.dataSync<'float32'>(), z.dataSync<'float32'>(), FLOAT32);
  tf.dispose([x, y, z]);
});

test('its gradient is that of finite differences', () => {
  const random = seededRandom(3);
  const values = random.floats(12);
  const direction = random.floats(12);
  const layer = groupNormalization({ groups: 2 });
  const f = (x: tf.Tensor): tf.Scalar =>
    (layer.apply(x) as tf.Tensor).mul(tf.tensor(direction, x.shape)).sum();
  tf.tidy(() => {
    const gradient = tf
      .grad((x) => f(x))(tf.tensor(values, [1, 3, 4]))
      .dataSync();
    const step = 1e-2;
    values.forEach((_, i) => {
      const at = (by: number): number =>
        f(tf.tensor(values.with(i, (values[i] ?? 0) + by), [1, 3, 4])).dataSync()[0] ?? 0;
      // A central difference errs by step^2 times a third derivative of about 10, and by a rounding of 1e-7 / step.
      assertClose([gradient[i] ?? 0], [(at(step) - at(-step)) / (2 * step)], { absolute: 5e-3 });
    });
  });
});

test('a file with it is saved and loaded, also as Keras writes its configuration', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [5, 4, 2], filters: 6, kernelSize: 3, name: 'conv' }),
      groupNormalization({ groups: 3, epsilon: 0.02, name: 'group_normalization' }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 2, activation: 'softmax' }),
    ],
  });
  randomizeWeights(model, seededRandom(11));
  const x = tf.tensor(seededRandom(2).floats(80), [2, 5, 4, 2]);
  const answers = (of: tf.LayersModel): Float32Array =>
    tf.tidy(() => (of.predict(x) as tf.Tensor).dataSync<'float32'>());
  const files = await modelFiles(model);
  const own = await loadLayersModel(files);
  assertClose(answers(own.model), answers(model), FLOAT32);
  own.dispose();

  const l2 = { class_name: 'L2', config: { l2: 0.5 } };
  const keras = await loadLayersModel(
    withConfig(files, { axis: -1, beta_initializer: 'zeros', gamma_regularizer: l2 }),
  );
  assertClose(answers(keras.model), answers(model), FLOAT32);
  const layer = keras.model.getLayer('group_normalization');
  const [gamma] = layer.getWeights();
  const penalty = tf.tidy(() => weightPenalty(keras.model).dataSync()[0] ?? 0);
  const squares = tf.tidy(() => gamma?.square().sum().dataSync()[0] ?? NaN);
  assertClose([penalty], [0.5 * squares], { absolute: 1e-5 });
  keras.dispose();
  model.dispose();
  x.dispose();
});

/** The files with other options in the configuration of the layer. */
function withConfig(files: readonly NamedFile[], options: object): NamedFile[] {
  return files.map((file) => {
    if (!file.name.endsWith('.json')) return file;
    const description = JSON.parse(new TextDecoder().decode(file.bytes)) as unknown;
    const layer = find(description, 'GroupNormalization');
    Object.assign(layer, options);
    return { ...file, bytes: new TextEncoder().encode(JSON.stringify(description)) };
  });
}

/** The configuration of the first layer of a class. */
function find(value: unknown, className: string): object {
  const all: unknown[] = [value];
  for (let next = all.shift(); next !== undefined; next = all.shift()) {
    if (typeof next !== 'object' || next === null) continue;
    if ('class_name' in next && next.class_name === className && 'config' in next)
      return next.config as object;
    all.push(...(Object.values(next) as unknown[]).filter((item) => item !== undefined));
  }
  throw new Error(`No ${className} in the file.`);
}

test('groups that do not divide the channels are refused', async () => {
  await assertRefused(
    () => Promise.resolve().then(() => normalized({ groups: 4 }, [1, 3, 6])),
    'unsupported-layer',
    /4 groups, which do not divide its 6 channels/,
  );
});

test.run();
