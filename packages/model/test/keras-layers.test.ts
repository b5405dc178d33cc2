import * as tf from '@tensorflow/tfjs';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadLayersModel, modelFiles, networkOf, useBackend, type NamedFile } from '../src/index.ts';
import { evaluateGraph } from './support/evaluate-graph.ts';
import { jsonFile } from './support/model-json.ts';
import { assertRefused } from './support/refusal.ts';

/** A few float32 roundings of 6e-8 on values up to about 10. */
const FLOAT32 = { absolute: 3e-6 };

const test = suite('layers of Keras files');

test.before(async () => {
  await useBackend('cpu');
});

type Layer = [
  className: string,
  config?: Record<string, unknown>,
  weights?: Record<string, readonly number[]>,
];

/** A sequential model in a `model.json` of Keras 2.15 or of another writer, its weights random unless they are given. */
function modelOf(
  inputShape: readonly number[],
  layers: readonly Layer[],
  shapes: Readonly<Record<string, readonly number[]>> = {},
  given: Readonly<Record<string, readonly number[]>> = {},
  version = '2.15.0',
): { files: NamedFile[]; weights: Readonly<Record<string, Float32Array>> } {
  const random = seededRandom(inputShape.length + layers.length);
  const weights = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return [name, given[name] ? Float32Array.from(given[name]) : random.floats(size, -1, 1)];
    }),
  );
  const described = layers.map(([class_name, config], i) => ({
    class_name,
    config: { name: `layer${i}`, ...config },
  }));
  const input = {
    class_name: 'InputLayer',
    config: { name: 'in', batch_input_shape: [null, ...inputShape] },
  };
  const description = {
    modelTopology: {
      keras_version: version,
      model_config: { class_name: 'Sequential', config: { name: 'net', layers: [input, ...described] } },
    },
    weightsManifest: [
      {
        paths: ['w.bin'],
        weights: Object.entries(shapes).map(([name, shape]) => ({ name, shape, dtype: 'float32' })),
      },
    ],
  };
  const values = Float32Array.from(Object.values(weights).flatMap((array) => [...array]));
  return { files: [jsonFile(description), { name: 'w.bin', bytes: new Uint8Array(values.buffer) }], weights };
}

/**
 * What a model gives: by TensorFlow.js, which has to agree with the graph of operations it becomes, evaluated in float64, and with
 * itself when it was saved and loaded again.
 */
async function answerOf(files: readonly NamedFile[], x: Float32Array): Promise<Float32Array> {
  const loaded = await loadLayersModel(files);
  const [input] = loaded.model.inputs;
  const shape = [1, ...(input?.shape.slice(1) ?? [])].map((size) => size ?? 1);
  const predict = (model: tf.LayersModel): Float32Array =>
    tf.tidy(() => (model.predict(tf.tensor(x, shape)) as tf.Tensor).dataSync<'float32'>());
  const answer = predict(loaded.model);
  const { graph } = await (await networkOf(loaded.model)).at([shape.slice(1)]);
  if (graph.nodes.every(({ operation }) => operation.kind !== 'opaque')) {
    assertClose(answer, evaluateGraph(graph, x), FLOAT32);
  }
  const saved = await modelFiles(loaded.model);
  loaded.dispose();
  const again = await loadLayersModel(saved);
  assertClose(predict(again.model), answer, { absolute: 0 });
  again.dispose();
  return answer;
}

const ramp = (size: number): Float32Array => Float32Array.from({ length: size }, (_, i) => i);

test('resizing has half-pixel centers: values of tf.image.resize', async () => {
  const resized = async (config: Record<string, unknown>, height = 2, width = 2): Promise<Float32Array> => {
    const { files } = modelOf([height, width, 1], [['Resizing', config]]);
    return answerOf(files, ramp(height * width));
  };
  const up = [0, 0.25, 0.75, 1, 0.5, 0.75, 1.25, 1.5, 1.5, 1.75, 2.25, 2.5, 2, 2.25, 2.75, 3];
  assertClose(await resized({ height: 4, width: 4 }), up, FLOAT32);
  assertClose(
    await resized({ height: 1, width: 2, interpolation: 'nearest' }, 5, 5),
    // Row floor(2.5), columns floor(1.25) and floor(3.75).
    [11, 13],
    FLOAT32,
  );
  // The middle columns 1 and 2 of four; then half of it.
  assertClose(
    await resized({ height: 2, width: 2, crop_to_aspect_ratio: true }, 2, 4),
    [1, 2, 5, 6],
    FLOAT32,
  );
  // A row of 7 above and one below.
  assertClose(
    await resized({ height: 4, width: 4, pad_to_aspect_ratio: true, fill_value: 7 }, 2, 4),
    [7, 7, 7, 7, 0, 1, 2, 3, 4, 5, 6, 7, 7, 7, 7, 7],
    FLOAT32,
  );
});

test('bilinear upsampling: that of Keras in files of Keras, that of TF.js in its own', async () => {
  const layer: Layer = [
    'UpSampling2D',
    { size: [2, 1], interpolation: 'bilinear', data_format: 'channels_last' },
  ];
  const { files } = modelOf([2, 1, 1], [layer]);
  assertClose(await answerOf(files, Float32Array.of(0, 10)), [0, 2.5, 7.5, 10], FLOAT32);
  const own = modelOf([2, 1, 1], [layer], {}, {}, 'tfjs-layers 4.22.0');
  assertClose(await answerOf(own.files, Float32Array.of(0, 10)), [0, 5, 10, 10], FLOAT32);
});

test('the gradient through resampling is that of the linear map it is', async () => {
  const { files } = modelOf([2, 1, 1], [['Resizing', { height: 4, width: 1 }]]);
  const loaded = await loadLayersModel(files);
  const gradient = tf.tidy(() => {
    const score = (x: tf.Tensor): tf.Tensor =>
      (loaded.model.apply(x) as tf.Tensor).mul(tf.tensor([1, 10, 100, 1000], [1, 4, 1, 1])).sum();
    return tf
      .grad(score)(tf.zeros([1, 2, 1, 1]))
      .dataSync<'float32'>();
  });
  assertClose(gradient, [1 + 7.5 + 25, 2.5 + 75 + 1000], FLOAT32);
  loaded.dispose();
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

test('a causal convolution reads nothing later: values of tf.keras.layers.Conv1D', async () => {
  const kernel = { 'layer0/kernel': [2, 1, 1] };
  const causal = async (config: Record<string, unknown>, length: number): Promise<Float32Array> => {
    const layer = { filters: 1, kernel_size: [2], padding: 'causal', use_bias: false, ...config };
    const { files } = modelOf([length, 1], [['Conv1D', layer]], kernel, { 'layer0/kernel': [10, 1] });
    return answerOf(files, ramp(length));
  };
  // y_t = 10 x_(t - dilation) + x_t
  assertClose(await causal({}, 4), [0, 1, 12, 23], FLOAT32);
  assertClose(await causal({ dilation_rate: [2] }, 4), [0, 1, 2, 13], FLOAT32);
  assertClose(await causal({ strides: [2] }, 5), [0, 12, 34], FLOAT32);
  await assertRefused(
    () =>
      loadLayersModel(
        modelOf([4, 4, 3], [['Conv2D', { filters: 4, kernel_size: [1, 1], padding: 'causal' }]]).files,
      ),
    'unsupported-layer',
    /padding=causal/,
  );
});

test('groups of a convolution, also as many as channels and along one axis', async () => {
  const x = seededRandom(5).floats(4 * 4 * 4, -1, 1);
  for (const groups of [2, 4]) {
    const shapes = { 'layer0/kernel': [3, 3, 4 / groups, 8], 'layer0/bias': [8] };
    const config = {
      filters: 8,
      kernel_size: [3, 3],
      padding: 'valid',
      groups,
      activation: 'relu',
      use_bias: true,
    };
    const { files, weights } = modelOf([4, 4, 4], [['Conv2D', config]], shapes);
    const [kernel = new Float32Array(), bias = new Float32Array()] = Object.values(weights);
    const expected = Array.from({ length: 2 * 2 * 8 }, (_, i) => {
      const [row, column, filter] = [Math.floor(i / 16), Math.floor(i / 8) % 2, i % 8];
      const [own, first] = [4 / groups, Math.floor(filter / (8 / groups)) * (4 / groups)];
      let sum = bias[filter] ?? 0;
      for (let tap = 0; tap < 9 * own; tap++) {
        const [u, v, c] = [Math.floor(tap / own / 3), Math.floor(tap / own) % 3, tap % own];
        sum += (x[((row + u) * 4 + column + v) * 4 + first + c] ?? 0) * (kernel[tap * 8 + filter] ?? 0);
      }
      return Math.max(0, sum);
    });
    assertClose(await answerOf(files, x), expected, FLOAT32);
  }
  const flat = modelOf(
    [2, 2],
    [['Conv1D', { filters: 2, kernel_size: [1], groups: 2, use_bias: false }]],
    { 'layer0/kernel': [1, 1, 2] },
    { 'layer0/kernel': [10, 100] },
  );
  assertClose(await answerOf(flat.files, Float32Array.of(1, 2, 3, 4)), [10, 200, 30, 400], FLOAT32);
});

test('a dilated depthwise convolution: Keras computes it, TF.js passes over the dilation', async () => {
  const config = {
    kernel_size: [2, 1],
    dilation_rate: [2, 1],
    padding: 'valid',
    use_bias: false,
    depth_multiplier: 1,
  };
  const shapes = { 'layer0/depthwise_kernel': [2, 1, 1, 1] };
  const given = { 'layer0/depthwise_kernel': [1, 10] };
  const x = Float32Array.of(1, 2, 3, 4);
  const { files } = modelOf([4, 1, 1], [['DepthwiseConv2D', config]], shapes, given);
  assertClose(await answerOf(files, x), [31, 42], FLOAT32);
  const own = modelOf([4, 1, 1], [['DepthwiseConv2D', config]], shapes, given, 'tfjs-layers 4.22.0');
  assertClose(await answerOf(own.files, x), [21, 32, 43], FLOAT32);
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
