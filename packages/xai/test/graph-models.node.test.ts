import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs';
import { loadModel, networkOf, useBackend } from '@ablation-cam/model';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  ablationCam,
  explain,
  gradCam,
  gradCamPlusPlus,
  integratedGradients,
  releaseDevice,
  saliency,
  scoreCam,
} from '../src/index.ts';

const test = suite('GraphModels of the package @vladmandic/human, explained');

const FOLDER = new URL('../node_modules/@vladmandic/human/models/', import.meta.url);

/** Single precision; scores that ablation subtracts have fewer digits left. */
const SINGLE_PRECISION = { ofLargest: 1e-4, absolute: 1e-6 };

interface Known {
  readonly file: string;
  readonly input: readonly [height: number, width: number, channels: number];
  /** Names of the GraphModel's nodes. */
  readonly target: string;
  readonly logits: string;
  readonly output: string;
  readonly channels: number;
}

const NETWORKS: readonly Known[] = [
  {
    file: 'emotion',
    input: [64, 64, 1],
    target: 'BiasAdd',
    logits: 'global_average_pooling2d_1/Mean',
    output: 'Identity',
    channels: 7,
  },
  {
    file: 'antispoof',
    input: [128, 128, 3],
    target: 'activation_2/Relu',
    logits: 'dense_1/BiasAdd',
    output: 'Identity',
    channels: 16,
  },
  {
    file: 'liveness',
    input: [32, 32, 3],
    target: 'batch_normalization_4/FusedBatchNormV3',
    logits: 'dense_2/BiasAdd',
    output: 'Identity',
    channels: 32,
  },
];

test.before(async () => {
  await useBackend('wasm');
});

test.after(async () => {
  await releaseDevice();
});

/** What TensorFlow.js itself makes of the files. */
async function loaded(file: string): Promise<tf.GraphModel> {
  const description = JSON.parse(await readFile(new URL(`${file}.json`, FOLDER), 'utf8')) as {
    modelTopology: object;
    signature?: object;
    userDefinedMetadata?: Record<string, string>;
    weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
  };
  const { modelTopology, signature, userDefinedMetadata, weightsManifest } = description;
  const bytes = new Uint8Array(await readFile(new URL(`${file}.bin`, FOLDER)));
  return tf.loadGraphModel({
    load: () =>
      Promise.resolve({
        modelTopology,
        ...(signature && { signature }),
        ...(userDefinedMetadata && { userDefinedMetadata }),
        weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
        weightData: bytes.buffer,
      }),
  });
}

/** The whole name of the node that ends so. */
async function nodeEnding(model: tf.GraphModel, ending: string): Promise<string> {
  const { layers } = await networkOf(model);
  const found = layers.find(({ ownName }) => ownName === ending || ownName.endsWith(`/${ending}`));
  if (!found) throw new Error(`There is no node ${ending}: ${layers.map(({ ownName }) => ownName).join()}`);
  return found.ownName;
}

function inputOf({ input: [height, width, channels] }: Known, seed: number): Float32Array {
  return seededRandom(seed).floats(height * width * channels, 0, 1);
}

/** The probabilities of all classes, two where there is one sigmoid unit. */
function bothClasses(probabilities: ArrayLike<number>): number[] {
  const all = Array.from(probabilities);
  return all.length === 1 ? [1 - (all[0] ?? 0), all[0] ?? 0] : all;
}

for (const known of NETWORKS) {
  const { file, input, output, channels } = known;
  const data = { data: inputOf(known, 3), shape: [1, ...input] };

  test(`${file}: no node is opaque, and files give what GraphModel.predict does`, async () => {
    const model = await loaded(file);
    const { network, dispose } = await loadModel(new URL(`${file}.json`, FOLDER));
    const sized = await network.at();
    assert.equal(
      sized.graph.nodes.filter(({ operation }) => operation.kind === 'opaque'),
      [],
    );
    const { explanations } = await ablationCam(network, data, { backend: 'wasm' });
    const [expected] = [model.predict(tf.tensor(data.data, data.shape))].flat() as tf.Tensor[];
    assertClose(explanations[0]?.probabilities ?? [], bothClasses((await expected?.data()) ?? []), {
      absolute: 1e-6,
    });
    dispose();
    model.dispose();
  });

  test(`${file}: all executors give the weights of a masked loop that GraphModel runs`, async () => {
    const model = await loaded(file);
    const target = await nodeEnding(model, known.target);
    const x = tf.tensor(data.data, data.shape);
    const activation = model.execute(x, target) as tf.Tensor;
    assert.is(activation.shape.at(-1), channels);
    const scores = async (map: tf.Tensor): Promise<number[]> =>
      bothClasses(await (model.execute({ [target]: map }, output) as tf.Tensor).data());
    const whole = await scores(activation);
    const classIndex = whole.indexOf(Math.max(...whole));
    const y = whole[classIndex] ?? NaN;
    const expected: number[] = [];
    for (let k = 0; k < channels; k++) {
      const kept = tf.tensor1d(Array.from({ length: channels }, (_, c) => Number(c !== k)));
      const without = await scores(tf.mul(activation, kept));
      expected.push((y - (without[classIndex] ?? NaN)) / y);
    }
    const options = { classIndex, score: 'probability', layer: known.target } as const;
    for (const executor of ['reference', 'tfjs', 'onnxruntime', 'webgpu'] as const) {
      const found = await ablationCam(model, data, { ...options, executor, backend: 'wasm' });
      assert.is(found.executor?.chosen, executor);
      assertClose(found.explanations[0]?.weights ?? [], expected, SINGLE_PRECISION, executor);
    }
    const native = await ablationCam(model, data, { ...options, backend: 'onnxruntime' });
    assert.is(native.backend.chosen, 'onnxruntime');
    assertClose(native.explanations[0]?.weights ?? [], expected, SINGLE_PRECISION, 'ONNX Runtime');
    const naive = await ablationCam(model, data, { ...options, strategy: 'naive', backend: 'wasm' });
    assertClose(naive.explanations[0]?.weights ?? [], expected, SINGLE_PRECISION, 'naive');
    tf.dispose([x, activation]);
    model.dispose();
  });
}

const [, , liveness] = NETWORKS;

test('gradients are those of GraphModel itself, of a layer and of the input', async () => {
  if (!liveness) throw new Error('There is no network.');
  const model = await loaded(liveness.file);
  const data = { data: inputOf(liveness, 4), shape: [1, ...liveness.input] };
  const [target, logits] = [
    await nodeEnding(model, liveness.target),
    await nodeEnding(model, liveness.logits),
  ];
  const x = tf.tensor(data.data, data.shape);
  const activation = model.execute(x, target) as tf.Tensor;
  const logit = (z: unknown): tf.Tensor => tf.sum(tf.slice(z as tf.Tensor, [0, 1], [1, 1]));
  const ofMap = (map: tf.Tensor): tf.Tensor => logit(model.execute({ [target]: map }, logits));
  const options = { classIndex: 1, score: 'logit', backend: 'wasm' } as const;
  const expected = tf.tidy(() => tf.mean(tf.grad(ofMap)(activation), [0, 1, 2]));
  const cam = await gradCam(model, data, options);
  assertClose(cam.explanations[0]?.weights ?? [], await expected.data(), { ofLargest: 1e-4 });

  const ofInput = tf.grad((at: tf.Tensor) => logit(model.execute(at, logits)))(x);
  const size = tf.abs(ofInput);
  const seen = await saliency(model, data, options);
  assertClose(seen.explanations[0]?.attributions?.data ?? [], await size.data(), { ofLargest: 1e-4 });

  const integrated = await integratedGradients(model, data, { ...options, steps: 16 });
  const zero = logit(model.execute(tf.zerosLike(x), logits));
  const one = logit(model.execute(x, logits));
  const [difference = NaN] = await tf.sub(one, zero).data();
  let sum = 0;
  for (const value of integrated.explanations[0]?.attributions?.data ?? []) sum += value;
  const { convergenceDelta = NaN } = integrated.explanations[0] ?? {};
  assertClose([sum - convergenceDelta], [difference], { ofLargest: 1e-4 }, 'completeness');

  for (const run of [gradCamPlusPlus, scoreCam]) {
    const { explanations } = await run(model, data, { classIndex: 1, backend: 'wasm' });
    const [explanation] = explanations;
    assert.is(explanation?.weights?.length, liveness.channels);
    assert.ok(explanation?.mapSigned.data.some((value) => value !== 0));
  }
  tf.dispose([x, activation, expected, ofInput, size, zero, one]);
  model.dispose();
});

test('one of several outputs is explained, by its name in the signature', async () => {
  const { network, dispose } = await loadModel(new URL('faceres.json', FOLDER));
  const data = { data: seededRandom(5).floats(224 * 224 * 3, 0, 255), shape: [1, 224, 224, 3] };
  const options = { output: 'age_pred/Softmax:0', backend: 'onnxruntime' } as const;
  const { explanations, layers, classes } = await explain(network, data, {
    ...options,
    method: 'ablation-cam',
  });
  assert.equal(layers, ['conv_pw_13_relu/clip_by_value']);
  assert.is(classes, 100);
  assert.is(explanations[0]?.weights?.length, 1024);
  const model = await loaded('faceres');
  const x = tf.tensor(data.data, data.shape);
  const expected = model.execute(x, 'age_pred/Softmax') as tf.Tensor;
  assertClose(explanations[0]?.probabilities ?? [], await expected.data(), { absolute: 1e-5 });
  tf.dispose([x, expected]);
  dispose();
  model.dispose();
});

test.run();
