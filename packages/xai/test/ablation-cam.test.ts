import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as tf from '@tensorflow/tfjs';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { BufferUsage } from '@ablation-cam/kernels';
import { useBackend } from '@ablation-cam/model';
import {
  ablationCam,
  releaseDevice,
  sharedDevice,
  type AblationCamCallOptions,
  type ExplanationResult,
  type InputArray,
} from '../src/index.ts';
import { randomInput, sequenceModel, setRandomWeights } from './support/models.ts';
import { imageModel, signalModel } from './support/small-models.ts';

/** Both sides run the forward pass in single precision, and the naive one subtracts its scores besides. */
const SINGLE_PRECISION = { ofLargest: 1e-4, absolute: 2e-6 };

const test = suite('Ablation-CAM');

test.before(async () => {
  await useBackend('cpu');
});

test.after(async () => {
  await releaseDevice();
});

async function assertAgreesWithNaive(
  model: tf.LayersModel,
  input: InputArray | readonly InputArray[],
  settings: AblationCamCallOptions,
): Promise<void> {
  const options = { ...settings, ablatedScores: true };
  const fast = await ablationCam(model, input, options);
  const naive = await ablationCam(model, input, { ...options, strategy: 'naive' });
  assert.is(fast.explanations.length, naive.explanations.length);
  fast.explanations.forEach((explanation, index) => {
    const expected = naive.explanations[index];
    if (!expected) throw new Error(`the naive strategy gave no explanation ${String(index)}`);
    assert.is(explanation.classIndex, expected.classIndex);
    assert.is(explanation.inputIndex, expected.inputIndex);
    assertClose(explanation.weights, expected.weights, SINGLE_PRECISION, 'weights');
    assertClose(
      explanation.ablatedScores ?? [],
      expected.ablatedScores ?? [NaN],
      SINGLE_PRECISION,
      'ablated scores',
    );
    assertClose(explanation.mapSigned.data, expected.mapSigned.data, SINGLE_PRECISION, 'signed map');
    assertClose(explanation.map.data, expected.map.data, SINGLE_PRECISION, 'map');
  });
}

const SETTINGS: readonly AblationCamCallOptions[] = [
  { ablation: 'zero', classIndex: 'all' },
  { ablation: 'zero-kernel', score: 'logit' },
  { ablation: 'zero-kernel', weighting: 'slope', norm: 1, classIndex: [2, 0] },
  { ablation: 'channel-mean', weighting: 'slope', classIndex: 1 },
];

const EXECUTORS = ['webgpu', 'tfjs', 'reference'] as const;

for (const executor of EXECUTORS) {
  for (const settings of SETTINGS) {
    const name = JSON.stringify({ executor, ...settings });
    test(`equals the naive loop on a signal: ${name}`, async () => {
      const model = signalModel();
      setRandomWeights(model, 1);
      await assertAgreesWithNaive(model, randomInput([2, 20, 1], 2), {
        ...settings,
        executor,
        backend: 'cpu',
      });
      model.dispose();
    });
    test(`equals the naive loop on an image: ${name}`, async () => {
      const model = imageModel();
      setRandomWeights(model, 3);
      await assertAgreesWithNaive(model, randomInput([11, 10, 3], 4), {
        ...settings,
        layer: 'features',
        executor,
        backend: 'wasm',
      });
      model.dispose();
    });
  }

  test(`takes one sigmoid unit for two classes on the ${executor} executor`, async () => {
    const model = imageModel(1, 'sigmoid');
    setRandomWeights(model, 5);
    const input = randomInput([3, 11, 10, 3], 6);
    await assertAgreesWithNaive(model, input, { executor, backend: 'wasm', classIndex: 'all' });
    await assertAgreesWithNaive(model, input, { executor, backend: 'wasm', classIndex: 0, score: 'logit' });
    const { explanations, classes } = await ablationCam(model, input, { executor, backend: 'wasm' });
    assert.is(classes, 2);
    for (const { probabilities } of explanations) {
      assert.ok(Math.abs((probabilities?.[0] ?? 0) + (probabilities?.[1] ?? 0) - 1) < 1e-6);
    }
    model.dispose();
  });

  test(`explains logits of a network without softmax, and says so, on the ${executor} executor`, async () => {
    const model = imageModel(3, 'linear');
    setRandomWeights(model, 7);
    await assertAgreesWithNaive(model, randomInput([11, 10, 3], 8), { executor, backend: 'wasm' });
    const result = await ablationCam(model, randomInput([11, 10, 3], 8), { executor, backend: 'wasm' });
    assert.is(result.score, 'logit');
    assert.is(result.explanations[0]?.probabilities, null);
    assert.match(result.warnings.join(), /stops at its logits/);
    model.dispose();
  });
}

/** Bytes that come back from the shared device while `work` runs. */
async function bytesReadBy(work: () => Promise<unknown>): Promise<number> {
  const device = await sharedDevice();
  const usage = BufferUsage.mapRead | BufferUsage.copyTarget;
  const buffer = device.createBuffer({ label: 'of the class', byteLength: 4, usage });
  const prototype = Object.getPrototypeOf(buffer) as GPUBuffer;
  buffer.destroy();
  const original = Reflect.get(prototype, 'getMappedRange');
  let bytes = 0;
  prototype.getMappedRange = function (this: GPUBuffer, ...range) {
    const mapped = original.apply(this, range);
    if ((this.usage & BufferUsage.mapRead) !== 0) bytes += mapped.byteLength;
    return mapped;
  };
  try {
    await work();
  } finally {
    prototype.getMappedRange = original;
  }
  return bytes;
}

test('runs the forward pass on WebGPU with the values left there', async () => {
  const model = signalModel();
  setRandomWeights(model, 1);
  const input = randomInput([2, 20, 1], 2);
  const onGpu = await ablationCam(model, input, { backend: 'webgpu', classIndex: 'all' });
  const onCpu = await ablationCam(model, input, { backend: 'cpu', executor: 'reference', classIndex: 'all' });
  assert.is(onGpu.backend.chosen, 'webgpu');
  const read = await bytesReadBy(() =>
    ablationCam(model, input, { backend: 'webgpu', classIndex: 'all', executor: 'webgpu' }),
  );
  const { classes, explanations } = onGpu;
  const perClass = explanations[0]!.weights.length + 2 * explanations[0]!.mapSigned.data.length;
  // Logits, and weights and two maps of each class: neither the activation nor anything else.
  assert.is(read, 4 * 2 * classes! * (1 + perClass));
  onGpu.explanations.forEach(({ weights }, index) => {
    assertClose(weights, onCpu.explanations[index]?.weights ?? [], SINGLE_PRECISION, 'weights');
  });
  model.dispose();
});

test('reports every choice it makes', async () => {
  const model = signalModel();
  const result = await ablationCam(model, randomInput([20, 1], 1));
  // On a software GPU convolutions never run in WebGPU.
  const slow = result.adapter?.software === true ? ['webgpu', 'cpu'] : ['cpu'];
  assert.ok(!slow.includes(result.backend.chosen));
  assert.is(result.executor?.requested, 'auto');
  assert.ok((result.executor?.reason.length ?? 0) > 0 && result.backend.reason.length > 0);
  const { dispatches } = await ablationCam(model, randomInput([20, 1], 1), { executor: 'webgpu' });
  assert.is(dispatches.ablation, 1);
  model.dispose();
});

test('explains a batch as it explains each input', async () => {
  const model = imageModel();
  setRandomWeights(model, 11);
  const batch = randomInput([4, 11, 10, 3], 12);
  const options = { backend: 'wasm', executor: 'webgpu' } as const;
  const together = await ablationCam(model, batch, options);
  for (let n = 0; n < 4; n++) {
    const size = 11 * 10 * 3;
    const single = { data: batch.data.subarray(n * size, (n + 1) * size), shape: [11, 10, 3] };
    const [alone] = (await ablationCam(model, single, options)).explanations;
    const same = together.explanations[n];
    assert.is(same?.inputIndex, n);
    assertClose(same?.weights ?? [], alone?.weights ?? [NaN], { ofLargest: 1e-5, absolute: 1e-7 });
  }
  model.dispose();
});

test('takes tensors as well as arrays, and leaves them to the caller', async () => {
  const model = signalModel();
  const input = randomInput([20, 1], 1);
  const tensor = tf.tensor(input.data, [20, 1]);
  const [a] = (await ablationCam(model, tensor, { backend: 'cpu', executor: 'reference' })).explanations;
  const [b] = (await ablationCam(model, input, { backend: 'cpu', executor: 'reference' })).explanations;
  assert.equal(a?.weights, b?.weights);
  assert.not(tensor.isDisposed);
  tensor.dispose();
  model.dispose();
});

test('gives a heatmap of the size of the input, from 0 to 1', async () => {
  const model = imageModel();
  setRandomWeights(model, 3);
  const { explanations } = await ablationCam(model, randomInput([11, 10, 3], 4), { classIndex: 'all' });
  for (const { heatmap, map } of explanations) {
    assert.equal(heatmap.shape, [11, 10]);
    const largest = Math.max(...heatmap.data);
    assert.is(largest, Math.max(...map.data) > 0 ? 1 : 0);
    assert.ok(heatmap.data.every((value) => value >= 0 && value <= 1));
  }
  model.dispose();
});

test('warns where a global average pooling hides the channel mean', async () => {
  const model = sequenceModel([
    tf.layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 1] }),
    tf.layers.batchNormalization(),
    tf.layers.globalAveragePooling2d({}),
    tf.layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  setRandomWeights(model, 1);
  const options = { ablation: 'channel-mean', layer: model.layers[0]?.name } as const;
  for (const executor of ['tfjs', 'reference'] as const) {
    const input = randomInput([8, 8, 1], 2);
    const { warnings, explanations } = await ablationCam(model, input, { ...options, executor });
    assert.match(warnings.join(), /global average pooling/);
    assert.ok(
      explanations[0]?.weights.every((weight) => weight === 0),
      executor,
    );
  }
  model.dispose();
});

test('reports a flat map', async () => {
  const model = signalModel();
  model.getLayer('last').setWeights(
    model
      .getLayer('last')
      .getWeights()
      .map((weight) => tf.zerosLike(weight)),
  );
  const [explanation] = (await ablationCam(model, randomInput([20, 1], 1))).explanations;
  assert.match(explanation?.warnings.join() ?? '', /flat/);
  assert.ok(explanation?.heatmap.data.every((value) => value === 0));
  model.dispose();
});

test('explains many inputs together more than ten times as fast as one by one', async () => {
  const model = signalModel();
  const count = 1000;
  const batch = { data: seededRandom(1).floats(count * 20), shape: [count, 20, 1] };
  const options = { backend: 'wasm' } as const;
  const timed = async (input: InputArray): Promise<{ elapsedMs: number; result: ExplanationResult }> => {
    const start = performance.now();
    const result = await ablationCam(model, input, options);
    return { elapsedMs: performance.now() - start, result };
  };
  const together = await timed(batch);
  const singles = 20;
  const ratios: number[] = [];
  for (let round = 0; round < 5; round++) {
    const { elapsedMs: togetherMs } = await timed(batch);
    let singlesMs = 0;
    for (let n = 0; n < singles; n++) {
      const single = { data: batch.data.subarray(n * 20, (n + 1) * 20), shape: [20, 1] };
      const { elapsedMs, result } = await timed(single);
      singlesMs += elapsedMs;
      const weights = result.explanations[0]?.weights ?? [];
      assertClose(weights, together.result.explanations[n]?.weights ?? [NaN], SINGLE_PRECISION);
    }
    ratios.push(((singlesMs / singles) * count) / togetherMs);
  }
  // Rounds are compared within themselves: what else the machine does slows both sides.
  const ratio = ratios.sort((one, other) => one - other)[2] ?? NaN;
  assert.is(together.result.explanations.length, count);
  assert.ok(ratio > 10, `only ${ratio.toFixed(1)} times as fast`);
  model.dispose();
});

/** Two branches that meet again, one of them with a layer of the user's, a second input, and a convolution behind. */
const branchedModel = (layer: tf.layers.Layer): tf.LayersModel => {
  const image = tf.input({ shape: [8, 8, 2], name: 'image' });
  const other = tf.input({ shape: [3], name: 'other' });
  const conv = (filters: number, name: string): tf.layers.Layer =>
    tf.layers.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu', name });
  const first = conv(4, 'first').apply(image);
  const second = conv(4, 'second').apply(first);
  const joined = tf.layers.add().apply([first, layer.apply(second)] as tf.SymbolicTensor[]);
  const pooled = tf.layers.globalAveragePooling2d({}).apply(conv(6, 'third').apply(joined));
  const side = tf.layers.dense({ units: 6, name: 'side' }).apply(other);
  const merged = tf.layers.multiply().apply([pooled, side] as tf.SymbolicTensor[]);
  const output = tf.layers.dense({ units: 3, activation: 'softmax' }).apply(merged) as tf.SymbolicTensor;
  return tf.model({ inputs: [image, other], outputs: output });
};

/** A layer that no rule knows. */
class Cube extends tf.layers.Layer {
  static readonly className = 'CubeOfATest';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x] = Array.isArray(inputs) ? inputs : [inputs];
    if (!x) throw new Error('there is no input');
    return x.mul(x).mul(x);
  }

  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return shape;
  }
}

for (const executor of EXECUTORS) {
  for (const [what, make] of [
    ['any layers', () => tf.layers.activation({ activation: 'swish' })],
    ["layers of the user's", () => new Cube()],
  ] as const) {
    test(`explains a layer with ${what} behind it on the ${executor} executor`, async () => {
      const model = branchedModel(make());
      setRandomWeights(model, 11);
      const input = [randomInput([2, 8, 8, 2], 1), randomInput([2, 3], 2)];
      // Of probabilities the naive loop loses too much: it subtracts them in single precision.
      for (const layer of ['first', 'second'] as const) {
        await assertAgreesWithNaive(model, input, { layer, executor, backend: 'wasm', score: 'logit' });
      }
      model.dispose();
    });
  }
}

test('chooses the executor by the cost of the plan, and says so', async () => {
  const model = branchedModel(tf.layers.activation({ activation: 'relu' }));
  const input = [randomInput([8, 8, 2], 1), randomInput([3], 2)];
  const { executor, adapter } = await ablationCam(model, input, { layer: 'first', backend: 'wasm' });
  if (adapter?.software === false) assert.is(executor?.chosen, 'webgpu');
  else
    assert.match(
      executor?.reason ?? '',
      /by (?:its cost|this machine's calibration) the plan takes about [\d.]+ ms here/,
    );
  model.dispose();
});

test.run();
