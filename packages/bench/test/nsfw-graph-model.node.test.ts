import * as tf from '@tensorflow/tfjs';
import { loadModel, networkOf, useBackend } from '@ablation-cam/model';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { ablationCam, releaseDevice } from '@ablation-cam/xai';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nsfwModelFiles } from '../src/platform/nsfw-models.ts';

const test = suite('the GraphModel of the package nsfwjs, MobileNetV2');

/** Masked maps that go through the network together. */
const TOGETHER = 128;

test.before(async () => {
  await useBackend('wasm');
});

test.after(async () => {
  await releaseDevice();
});

test('no node is opaque, and all agrees with GraphModel', async () => {
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
  const target = networkOf(model).layers.find(({ name }) => name === layers[0])?.ownName ?? '';
  const activation = model.execute(x, target) as tf.Tensor4D;
  const channels = activation.shape[3];
  const weights: number[] = [];
  for (let first = 0; first < channels; first += TOGETHER) {
    const count = Math.min(TOGETHER, channels - first);
    const scores = tf.tidy(() => {
      const kept = tf.sub(1, tf.oneHot(tf.range(first, first + count, 1, 'int32'), channels));
      const masked = tf.mul(activation, tf.reshape(kept, [count, 1, 1, channels]));
      return model.execute({ [target]: masked }, model.outputNodes) as tf.Tensor;
    });
    const values = await scores.data();
    const y = expected[classIndex] ?? NaN;
    for (let k = 0; k < count; k++) weights.push((y - (values[k * expected.length + classIndex] ?? NaN)) / y);
    scores.dispose();
  }
  // Single precision, of which subtracting scores leaves fewer digits.
  assertClose(explanation?.weights ?? [], weights, { ofLargest: 1e-4, absolute: 1e-6 });
  const native = await ablationCam(network, data, { ...options, backend: 'onnxruntime' });
  assertClose(native.explanations[0]?.weights ?? [], weights, { ofLargest: 1e-4, absolute: 1e-6 });
  tf.dispose([x, probabilities, activation]);
  dispose();
  model.dispose();
});

test.run();
