import { loadLayersModel, loadModel, useBackend, type NamedFile } from '@ablation-cam/model';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ablationCam, ablationPlan, gradCam, releaseDevice } from '../src/index.ts';

/**
 * Networks of Keras files on every executor: the layers of the model package that stand in for TensorFlow.js's reach planner and
 * executors as operations of their own kind or in parts.
 */
const test = suite('layers of Keras on every executor');

test.after(async () => {
  await releaseDevice();
});

/** Some float32 roundings of 6e-8 in each of ten layers, relative to the largest weight. */
const FLOAT32 = { ofLargest: 2e-4 };

const conv = { padding: 'same', strides: [1, 1], use_bias: true };
type Layer = readonly [className: string, name: string, config: Record<string, unknown>];
type Shapes = Readonly<Record<string, readonly number[]>>;

const layers: readonly Layer[] = [
  ['InputLayer', 'in', { batch_input_shape: [null, 6, 5, 2] }],
  ['Rescaling', 'scale', { scale: 1 / 255 }],
  ['Conv2D', 'target', { ...conv, filters: 4, kernel_size: [3, 3], activation: 'relu' }],
  ['UpSampling2D', 'up', { size: [2, 2], interpolation: 'bilinear' }],
  ['Conv2D', 'grouped', { ...conv, filters: 6, kernel_size: [3, 3], groups: 2, activation: 'hard_sigmoid' }],
  ['RandomZoom', 'augment', { height_factor: 0.2 }],
  ['DepthwiseConv2D', 'dilated', { ...conv, kernel_size: [3, 3], dilation_rate: [2, 2], activation: 'relu' }],
  ['Resizing', 'shrink', { height: 5, width: 4, pad_to_aspect_ratio: true, fill_value: 0.5 }],
  [
    'Normalization',
    'center',
    { axis: [-1], mean: [1, 2, 3, 4, 5, 6].map((c) => c / 10), variance: [1, 2, 3, 4, 5, 6] },
  ],
  ['Resizing', 'nearest', { height: 3, width: 7, interpolation: 'nearest', crop_to_aspect_ratio: true }],
  ['GlobalAveragePooling2D', 'kept', { keepdims: true }],
  ['Flatten', 'flatten', {}],
  ['Dense', 'out', { units: 3, activation: 'softmax', use_bias: true }],
];
const shapes: Shapes = {
  'target/kernel': [3, 3, 2, 4],
  'target/bias': [4],
  'grouped/kernel': [3, 3, 2, 6],
  'grouped/bias': [6],
  'dilated/depthwise_kernel': [3, 3, 6, 1],
  'dilated/bias': [6],
  'out/kernel': [6, 3],
  'out/bias': [3],
};

/** A network of layers, with random weights of these shapes by their names, up to `most`. */
function filesOf(layers: readonly Layer[], shapes: Shapes, most = 1): NamedFile[] {
  const random = seededRandom(8);
  const values = Object.values(shapes).flatMap((shape) => {
    return [
      ...random.floats(
        shape.reduce((size, length) => size * length, 1),
        -most,
        most,
      ),
    ];
  });
  const described = layers.map(([class_name, name, config]) => ({ class_name, config: { name, ...config } }));
  const weights = Object.entries(shapes).map(([name, shape]) => ({ name, shape, dtype: 'float32' }));
  const model = {
    modelTopology: {
      keras_version: '3.5.0',
      model_config: { class_name: 'Sequential', config: { name: 'net', layers: described } },
    },
    weightsManifest: [{ paths: ['w.bin'], weights }],
  };
  return [
    { name: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(model)) },
    { name: 'w.bin', bytes: new Uint8Array(Float32Array.from(values).buffer) },
  ];
}

test('weights are those of the naive loop, and the gradient goes through', async () => {
  await useBackend('wasm');
  const { model, dispose } = await loadLayersModel(filesOf(layers, shapes));
  const x = seededRandom(9).floats(6 * 5 * 2, 0, 255);
  const input = { data: x, shape: [6, 5, 2] };
  const naive = await ablationCam(model, input, { layer: 'target', strategy: 'naive', backend: 'cpu' });
  const [expected] = naive.explanations;
  if (!expected) throw new Error('There is no explanation.');
  assert.ok(expected.weights.some((weight) => Math.abs(weight) > 1e-4));
  const ways = [
    { backend: 'cpu', executor: 'tfjs' },
    { backend: 'wasm', executor: 'tfjs' },
    { backend: 'webgpu', executor: 'tfjs' },
    { backend: 'wasm', executor: 'onnxruntime' },
    { backend: 'wasm', executor: 'reference' },
    { backend: 'wasm', executor: 'webgpu' },
  ] as const;
  for (const { backend, executor } of ways) {
    const result = await ablationCam(model, input, { layer: 'target', executor, backend });
    assert.is(result.executor?.chosen, executor);
    const weights = result.explanations[0]?.weights ?? [];
    assertClose(weights, expected.weights, FLOAT32, `${executor} on ${backend}`);
  }
  const maps: ArrayLike<number>[] = [];
  for (const backend of ['cpu', 'wasm', 'webgpu'] as const) {
    const { explanations } = await gradCam(model, input, { layer: 'target', backend });
    maps.push(explanations[0]?.weights ?? []);
  }
  const [cpu = [], ...others] = maps;
  assert.ok(Array.from(cpu).some((weight) => weight !== 0));
  for (const weights of others) assertClose(weights, cpu, FLOAT32, 'gradients');
  dispose();
});

for (const activation of ['hard_silu', 'exponential', 'log_sigmoid', 'squareplus']) {
  test(`the activation ${activation} of Keras is planned, and exact on every executor`, async () => {
    await useBackend('wasm');
    const convolution = { ...conv, filters: 3, kernel_size: [3, 3] };
    const files = filesOf(
      [
        ['InputLayer', 'in', { batch_input_shape: [null, 5, 4, 2] }],
        ['Conv2D', 'target', { ...convolution, activation: 'relu' }],
        // Once where it is a part of a layer, and once where it directly follows the target's sums.
        ['Conv2D', 'part', { ...convolution, activation }],
        ['Activation', 'whole', { activation }],
        ['GlobalAveragePooling2D', 'pool', {}],
        ['Dense', 'out', { units: 3, activation: 'softmax', use_bias: true }],
      ],
      {
        'target/kernel': [3, 3, 2, 3],
        'target/bias': [3],
        'part/kernel': [3, 3, 3, 3],
        'part/bias': [3],
        'out/kernel': [3, 3],
        'out/bias': [3],
      },
      // The exponential of an exponential grows fast.
      0.4,
    );
    const { network, dispose } = await loadModel(files);
    const input = { data: seededRandom(10).floats(5 * 4 * 2, -0.5, 0.5), shape: [5, 4, 2] };
    assert.equal((await ablationPlan(network, { layer: 'target' })).fallback, []);
    const naive = await ablationCam(network, input, { layer: 'target', strategy: 'naive', backend: 'cpu' });
    const expected = naive.explanations[0]?.weights ?? [];
    assert.ok(Array.from(expected).some((weight) => Math.abs(weight) > 1e-3));
    for (const executor of ['tfjs', 'onnxruntime', 'reference', 'webgpu'] as const) {
      const result = await ablationCam(network, input, { layer: 'target', executor, backend: 'wasm' });
      assert.is(result.executor?.chosen, executor);
      assertClose(result.explanations[0]?.weights ?? [], expected, FLOAT32, executor);
    }
    dispose();
  });
}

test.run();
