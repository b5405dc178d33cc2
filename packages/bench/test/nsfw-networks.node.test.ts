import * as tf from '@tensorflow/tfjs';
import { loadModel, networkOf, resolveTarget, useBackend } from '@ablation-cam/model';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { ablationCam, releaseDevice } from '@ablation-cam/xai';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nsfwModelFiles } from '../src/platform/nsfw-models.ts';

const test = suite('the networks of the package nsfwjs, with their weights');

/** Masked maps that go through the network together. */
const TOGETHER = 128;

/** Scores are subtracted, which leaves fewer digits. */
const SINGLE_PRECISION = { ofLargest: 1e-4, absolute: 1e-6 };

test.before(async () => {
  await useBackend('wasm');
});

test.after(async () => {
  await releaseDevice();
});

test('MobileNetV2 as a GraphModel: no node is opaque, and all agrees with GraphModel', async () => {
  const [main, ...shards] = (await nsfwModelFiles('MobileNetV2Mid')) ?? [];
  if (!main) throw new Error('The package nsfwjs is not here.');
  const { network, format, dispose } = await loadModel([main, ...shards]);
  assert.is(format, 'tfjs-graph');
  const sized = await network.at([[224, 224, 3]]);
  assert.equal(
    sized.graph.nodes.filter(({ operation }) => operation.kind === 'opaque'),
    [],
  );

  const description = JSON.parse(new TextDecoder().decode(main.bytes)) as {
    modelTopology: object;
    weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
  };
  const model = await tf.loadGraphModel({
    load: async () => ({
      modelTopology: description.modelTopology,
      weightSpecs: description.weightsManifest.flatMap(({ weights }) => weights),
      weightData: await new Blob(shards.map(({ bytes }) => new Uint8Array(bytes))).arrayBuffer(),
    }),
  });
  const data = { data: seededRandom(1).floats(224 * 224 * 3, 0, 1), shape: [1, 224, 224, 3] };
  const x = tf.tensor4d(data.data, [1, 224, 224, 3]);
  const [probabilities] = [model.predict(x)].flat() as tf.Tensor[];
  const expected = Array.from((await probabilities?.data()) ?? []);
  const classIndex = expected.indexOf(Math.max(...expected));
  const options = { classIndex, score: 'probability', backend: 'wasm' } as const;
  const { explanations, layers } = await ablationCam(model, data, options);
  const [explanation] = explanations;
  assertClose(explanation?.probabilities ?? [], expected, { absolute: 1e-5 });

  // The loop, as GraphModel runs it from the target on.
  const target = (await networkOf(model)).layers.find(({ name }) => name === layers[0])?.ownName ?? '';
  const activation = model.execute(x, target) as tf.Tensor4D;
  const weights = await weightsByLoop(activation, expected, classIndex, (masked) => {
    return model.execute({ [target]: masked }, model.outputNodes) as tf.Tensor;
  });
  assertClose(explanation?.weights ?? [], weights, SINGLE_PRECISION);
  const native = await ablationCam(network, data, { ...options, backend: 'onnxruntime' });
  assertClose(native.explanations[0]?.weights ?? [], weights, SINGLE_PRECISION);
  tf.dispose([x, probabilities, activation]);
  dispose();
  model.dispose();
});

for (const [name, size] of [
  ['MobileNetV2', 224],
  ['InceptionV3', 299],
] as const) {
  test(`${name}: no layer is opaque, and all agrees with its own layers`, async () => {
    const { network, dispose } = await loadModel((await nsfwModelFiles(name)) ?? []);
    const sized = await network.at([[size, size, 3]]);
    const { graph, layers } = sized;
    assert.equal(
      graph.nodes.filter(({ operation }) => operation.kind === 'opaque'),
      [],
    );
    const data = { data: seededRandom(2).floats(size * size * 3, 0, 1), shape: [1, size, size, 3] };
    const target = layers.find((layer) => layer.name === resolveTarget(network).layer.name)?.node ?? -1;
    const [input = -1, output = -1] = [graph.inputs[0], graph.outputs[0]?.node];
    const x = tf.tensor4d(data.data, [1, size, size, 3]);
    const [activation, probabilities] = sized.run(new Map([[input, x]]), [target, output] as const);
    const expected = Array.from(await probabilities.data());
    const classIndex = expected.indexOf(Math.max(...expected));
    const weights = await weightsByLoop(activation as tf.Tensor4D, expected, classIndex, (masked) => {
      return sized.run(new Map([[target, masked]]), [output] as const)[0];
    });
    for (const backend of ['wasm', 'onnxruntime'] as const) {
      const { explanations } = await ablationCam(network, data, {
        classIndex,
        score: 'probability',
        backend,
      });
      assertClose(explanations[0]?.probabilities ?? [], expected, { absolute: 1e-5 }, backend);
      assertClose(explanations[0]?.weights ?? [], weights, SINGLE_PRECISION, backend);
    }
    tf.dispose([x, activation, probabilities]);
    dispose();
  });
}

/** (y - y_k) / y of each channel k, by one pass of a library from the target on without it. */
async function weightsByLoop(
  activation: tf.Tensor4D,
  expected: readonly number[],
  classIndex: number,
  run: (masked: tf.Tensor) => tf.Tensor,
): Promise<number[]> {
  const channels = activation.shape[3];
  const weights: number[] = [];
  for (let first = 0; first < channels; first += TOGETHER) {
    const count = Math.min(TOGETHER, channels - first);
    const scores = tf.tidy(() => {
      const kept = tf.sub(1, tf.oneHot(tf.range(first, first + count, 1, 'int32'), channels));
      return run(tf.mul(activation, tf.reshape(kept, [count, 1, 1, channels])));
    });
    const values = await scores.data();
    const y = expected[classIndex] ?? NaN;
    for (let k = 0; k < count; k++) weights.push((y - (values[k * expected.length + classIndex] ?? NaN)) / y);
    scores.dispose();
  }
  return weights;
}

test.run();
