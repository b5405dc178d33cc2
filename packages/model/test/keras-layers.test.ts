import { assertClose } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadLayersModel, networkOf, useBackend } from '../src/index.ts';
import { jsonFile } from './support/model-json.ts';
import { answerOf, FLOAT32, modelOf, ramp, type Layer } from './support/keras-models.ts';
import { assertRefused } from './support/refusal.ts';

const test = suite('layers of Keras files');

test.before(async () => {
  await useBackend('cpu');
});

test('a normalization has its statistics as weights or in its configuration, or is inverted', async () => {
  const x = Float32Array.of(1, 2, 3, 4);
  const statistics = { 'layer0/mean': [2], 'layer0/variance': [2], 'layer0/count': [] };
  const weighted = modelOf([2, 2], [['Normalization', { axis: [-1] }]], statistics, {
    'layer0/mean': [1, 2],
    'layer0/variance': [4, 0],
    'layer0/count': [9],
  });
  // A variance of 0 counts as 1e-14: the deviation is at least 1e-7.
  assertClose(await answerOf(weighted.files, x), [0, 0, 1, 2e7], { ofLargest: 1e-6 });
  const fixed = modelOf([2, 2], [['Normalization', { axis: [-1], mean: [[1, 2]], variance: [[4, 16]] }]]);
  assertClose(await answerOf(fixed.files, x), [0, 0, 1, 0.5], FLOAT32);
  const inverse = modelOf([2, 2], [['Normalization', { axis: [], mean: 3, variance: 4, invert: true }]]);
  assertClose(await answerOf(inverse.files, x), [5, 7, 9, 11], FLOAT32);
});

test('rescaling takes one number or one a channel', async () => {
  const { files } = modelOf([2], [['Rescaling', { scale: [2, 3], offset: -1 }]]);
  assertClose(await answerOf(files, Float32Array.of(1, 2)), [1, 5], FLOAT32);
});

test('arithmetic in a Keras 2 network is layers', async () => {
  const lambda = (name: string, callee: string, inbound: unknown): object => ({
    class_name: 'TFOpLambda',
    name,
    config: { name, trainable: true, dtype: 'float32', function: callee },
    inbound_nodes: [inbound],
  });
  const config = {
    name: 'net',
    layers: [
      {
        class_name: 'InputLayer',
        name: 'x',
        config: { name: 'x', batch_input_shape: [null, 2] },
        inbound_nodes: [],
      },
      lambda('half', 'math.truediv', ['x', 0, 0, { y: 2, name: null }]),
      lambda('rest', 'math.subtract', ['_CONSTANT_VALUE', -1, 10, { y: ['half', 0, 0], name: null }]),
      lambda('sum', '__operators__.add', ['rest', 0, 0, { y: ['x', 0, 0], name: null }]),
    ],
    input_layers: [['x', 0, 0]],
    output_layers: [['sum', 0, 0]],
  };
  const model = {
    modelTopology: { model_config: { class_name: 'Functional', config } },
    weightsManifest: [{ paths: [], weights: [] }],
  };
  assertClose(await answerOf([jsonFile(model)], Float32Array.of(4, 6)), [12, 13], FLOAT32);
  const unknown = JSON.stringify(model).replace('math.truediv', 'math.erf');
  await assertRefused(
    () => loadLayersModel([{ name: 'model.json', bytes: new TextEncoder().encode(unknown) }]),
    'unsupported-layer',
    /half \(operation math\.erf\)/,
  );
});

test('a ReLU takes a slope, a threshold and a maximum together', async () => {
  const x = Float32Array.of(-2, 0.5, 1.5, 9);
  const relu = async (config: Record<string, unknown>): Promise<Float32Array> => {
    return answerOf(modelOf([4], [['ReLU', config]]).files, x);
  };
  assertClose(
    await relu({ negative_slope: 0.1, threshold: 1, max_value: 3 }),
    [-0.3, -0.05, 1.5, 3],
    FLOAT32,
  );
  assertClose(
    await relu({ negative_slope: 0.1, threshold: 0, max_value: null }),
    [-0.2, 0.5, 1.5, 9],
    FLOAT32,
  );
  assertClose(await relu({ negative_slope: 0, threshold: 1, max_value: null }), [0, 0, 1.5, 9], FLOAT32);
});

test('activations of Keras 3; its hard sigmoid is another than that of Keras 2', async () => {
  const x = Float32Array.of(-4, -1, 0.5, 2);
  const activated = async (activation: string, version: string): Promise<Float32Array> => {
    return answerOf(modelOf([4], [['Activation', { activation }]], {}, {}, version).files, x);
  };
  const each = (f: (value: number) => number): number[] => Array.from(x, f);
  const clip = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
  const hard = (value: number): number => clip(value + 3, 0, 6) / 6;
  assertClose(await activated('hard_sigmoid', '3.5.0'), each(hard), FLOAT32);
  assertClose(
    await activated('hard_sigmoid', '2.15.0'),
    each((v) => clip(0.2 * v + 0.5, 0, 1)),
    FLOAT32,
  );
  assertClose(
    await activated('hard_silu', '3.5.0'),
    each((v) => v * hard(v)),
    FLOAT32,
  );
  assertClose(
    await activated('hard_tanh', '3.5.0'),
    each((v) => clip(v, -1, 1)),
    FLOAT32,
  );
  assertClose(
    await activated('leaky_relu', '3.5.0'),
    each((v) => Math.max(v, 0.2 * v)),
    FLOAT32,
  );
  assertClose(await activated('exponential', '3.5.0'), each(Math.exp), FLOAT32);
  assertClose(
    await activated('log_sigmoid', '3.5.0'),
    each((v) => -Math.log1p(Math.exp(-v))),
    FLOAT32,
  );
  assertClose(
    await activated('squareplus', '3.5.0'),
    each((v) => (v + Math.sqrt(v * v + 4)) / 2),
    FLOAT32,
  );
});

test('what does something in training only hands on its input', async () => {
  const names = [
    'RandomFlip',
    'RandomRotation',
    'RandomZoom',
    'RandomContrast',
    'RandomBrightness',
    'SpatialDropout2D',
    'ActivityRegularization',
    'GaussianNoise',
    'GaussianDropout',
    'Identity',
  ];
  const layers = names.map((name): Layer => {
    const format = /Random|Spatial/.test(name) ? { data_format: 'channels_first' } : {};
    return [name, { stddev: 1, rate: 0.5, factor: 0.2, ...format }];
  });
  const { files } = modelOf([2, 2, 1], layers);
  const { model, dispose } = await loadLayersModel(files);
  assert.equal(
    (await networkOf(model)).layers.map(({ type }) => type),
    names,
  );
  dispose();
  assertClose(await answerOf(files, ramp(4)), [0, 1, 2, 3], { absolute: 0 });
});

test('Identity is a layer, or what weights begin with', async () => {
  const dense = { units: 2, kernel_initializer: { class_name: 'Identity', config: { gain: 1 } } };
  const { files } = modelOf(
    [2],
    [
      ['Identity', {}],
      ['Dense', dense],
    ],
    { 'layer1/kernel': [2, 2], 'layer1/bias': [2] },
    { 'layer1/kernel': [1, 2, 3, 4], 'layer1/bias': [0, 1] },
  );
  assertClose(await answerOf(files, Float32Array.of(1, 10)), [31, 43], FLOAT32);
});

test('what cannot be computed is named', async () => {
  const refused = (layers: readonly Layer[], pattern: RegExp): Promise<void> =>
    assertRefused(() => loadLayersModel(modelOf([4, 4, 1], layers).files), 'unsupported-layer', pattern);
  await refused(
    [['Resizing', { height: 2, width: 2, interpolation: 'bicubic' }]],
    /layer0 \(interpolation bicubic\)/,
  );
  await refused([['Resizing', { height: 2, width: 2, antialias: true }]], /antialias=true/);
  await refused(
    [
      ['TextVectorization', {}],
      ['CategoryEncoding', {}],
    ],
    /layer0 \(TextVectorization: text and categories.*layer1/,
  );
  await refused([['RandomCrop', { height: 2, width: 2 }]], /RandomCrop/);
  await refused([['Lambda', {}]], /layer0 \(a Lambda holds a function of Python\)/);
  await refused([['ELU', { alpha: 2 }]], /alpha=2/);
  // Names of initialisers and regularisers that TensorFlow.js keeps in the same list as layers.
  await refused(
    [
      ['Zeros', {}],
      ['L1L2', {}],
    ],
    /layer0 \(layer class Zeros\), layer1 \(layer class L1L2\)/,
  );
  await assertRefused(
    () =>
      loadLayersModel(modelOf([4, 4, 3], [['Conv2D', { filters: 4, kernel_size: [1, 1], groups: 2 }]]).files),
    'unsupported-layer',
    /2 groups, which do not divide its 3 channels/,
  );
});

test.run();
