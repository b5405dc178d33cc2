import * as tf from '@tensorflow/tfjs';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadLayersModel, networkOf, useBackend, type NamedFile } from '../src/index.ts';
import { jsonFile } from './support/model-json.ts';

/** Some ten float32 roundings of 6e-8 in each of six layers. */
const FLOAT32 = { absolute: 3e-6 };

const test = suite('models with channels first');

test.before(async () => {
  await useBackend('cpu');
});

const [height, width, channels] = [4, 5, 3];

type Node = readonly [
  className: string,
  name: string,
  config: Record<string, unknown>,
  from: readonly string[],
];

/** One functional network in both orders of axes: what differs is what `first` says. */
function network(first: boolean): { files: NamedFile[]; order: string[] } {
  const data_format = first ? 'channels_first' : 'channels_last';
  const channelAxis = first ? 1 : 3;
  const input = first ? [null, channels, height, width] : [null, height, width, channels];
  const conv = { kernel_size: [3, 3], padding: 'same', use_bias: true, activation: 'relu', data_format };
  const nodes: Node[] = [
    ['InputLayer', 'in', { batch_input_shape: input }, []],
    [
      'ZeroPadding2D',
      'pad',
      {
        padding: [
          [1, 0],
          [0, 1],
        ],
        data_format,
      },
      ['in'],
    ],
    ['Conv2D', 'conv', { ...conv, filters: 4 }, ['pad']],
    ['BatchNormalization', 'bn', { axis: [channelAxis], epsilon: 0.01 }, ['conv']],
    ['DepthwiseConv2D', 'depthwise', { ...conv, depth_multiplier: 1 }, ['bn']],
    ['Add', 'add', {}, ['bn', 'depthwise']],
    ['GlobalAveragePooling2D', 'squeeze', { data_format }, ['add']],
    ['Dense', 'excite', { units: 4, activation: 'sigmoid' }, ['squeeze']],
    ['Reshape', 'spread', { target_shape: first ? [4, 1, 1] : [1, 1, 4] }, ['excite']],
    ['Multiply', 'scale', {}, ['add', 'spread']],
    ['Concatenate', 'join', { axis: first ? 1 : -1 }, ['scale', 'conv']],
    ['MaxPooling2D', 'pool', { pool_size: [2, 2], strides: [2, 2], padding: 'valid', data_format }, ['join']],
    // Keras moves channels to the end before it flattens, so that both give the same vector.
    ['Flatten', 'flatten', { data_format }, ['pool']],
    ['Dense', 'out', { units: 3, activation: 'softmax' }, ['flatten']],
  ];
  const shapes: Record<string, readonly number[]> = {
    'conv/kernel': [3, 3, channels, 4],
    'conv/bias': [4],
    'bn/gamma': [4],
    'bn/beta': [4],
    'bn/moving_mean': [4],
    'bn/moving_variance': [4],
    'depthwise/depthwise_kernel': [3, 3, 4, 1],
    'depthwise/bias': [4],
    'excite/kernel': [4, 4],
    'excite/bias': [4],
    'out/kernel': [48, 3],
    'out/bias': [3],
  };
  return { files: filesOf(nodes, shapes), order: nodes.slice(1).map(([, name]) => name) };
}

function filesOf(nodes: readonly Node[], shapes: Readonly<Record<string, readonly number[]>>): NamedFile[] {
  const random = seededRandom(3);
  const values = Object.entries(shapes).flatMap(([name, shape]) => {
    const size = shape.reduce((product, length) => product * length, 1);
    return [...(name.includes('variance') ? random.floats(size, 0.5, 1.5) : random.floats(size, -0.5, 0.5))];
  });
  const layers = nodes.map(([class_name, name, config, from]) => ({
    class_name,
    name,
    config: { name, ...config },
    inbound_nodes: from.length > 0 ? [from.map((source) => [source, 0, 0, {}])] : [],
  }));
  const last = nodes.at(-1)?.[1];
  const config = { name: 'net', layers, input_layers: [['in', 0, 0]], output_layers: [[last, 0, 0]] };
  const weights = Object.entries(shapes).map(([name, shape]) => ({ name, shape, dtype: 'float32' }));
  const description = {
    modelTopology: { keras_version: '2.15.0', model_config: { class_name: 'Functional', config } },
    weightsManifest: [{ paths: ['w.bin'], weights }],
  };
  return [jsonFile(description), { name: 'w.bin', bytes: new Uint8Array(Float32Array.from(values).buffer) }];
}

async function answerOf(files: readonly NamedFile[], x: Float32Array): Promise<Float32Array> {
  const { model, dispose } = await loadLayersModel(files);
  const answer = tf.tidy(() => {
    return (model.predict(tf.tensor(x, [1, height, width, channels])) as tf.Tensor).dataSync<'float32'>();
  });
  dispose();
  return answer;
}

test('they are loaded with their channels last, and answer as the network that was built so', async () => {
  const x = seededRandom(1).floats(height * width * channels, -1, 1);
  assertClose(await answerOf(network(true).files, x), await answerOf(network(false).files, x), FLOAT32);
});

test('every layer keeps its name and place; what has to see its axes as before gets them so', async () => {
  const { files, order } = network(true);
  const { model, dispose } = await loadLayersModel(files);
  const names = (await networkOf(model)).layers.map(({ name }) => name);
  // The reshaped vector has its channels first.
  const spread = order.indexOf('spread') + 1;
  assert.equal(names, [...order.slice(0, spread), 'spread_channels_last', ...order.slice(spread)]);
  assert.equal((await networkOf(model)).layers.find(({ name }) => name === 'join')?.shape, [5, 6, 8]);
  dispose();
});

test('a flattening that keeps the order of the axes does so', async () => {
  const conv = { filters: 2, kernel_size: [1, 1], use_bias: false, data_format: 'channels_first' };
  const nodes: Node[] = [
    ['InputLayer', 'in', { batch_input_shape: [null, channels, height, width] }, []],
    ['Conv2D', 'conv', conv, ['in']],
    ['Flatten', 'flatten', { data_format: 'channels_last' }, ['conv']],
  ];
  const x = seededRandom(2).floats(height * width * channels, -1, 1);
  const files = filesOf(nodes, { 'conv/kernel': [1, 1, channels, 2] });
  const kernel = new Float32Array(Uint8Array.from(files[1]?.bytes ?? []).buffer);
  const positions = height * width;
  const expected = Array.from({ length: 2 * positions }, (_, i) => {
    const [filter, p] = [Math.floor(i / positions), i % positions];
    return [0, 1, 2].reduce((sum, c) => sum + (x[p * channels + c] ?? 0) * (kernel[c * 2 + filter] ?? 0), 0);
  });
  assertClose(await answerOf(files, x), expected, FLOAT32);
});

test('a sequential model, and one in it', async () => {
  const conv = { kernel_size: [2, 2], use_bias: false, data_format: 'channels_first' };
  const inner = {
    class_name: 'Sequential',
    config: {
      name: 'inner',
      layers: [
        {
          class_name: 'Conv2D',
          config: { ...conv, name: 'a', filters: 2, batch_input_shape: [null, channels, height, width] },
        },
        { class_name: 'BatchNormalization', config: { name: 'b', axis: [1], scale: false, center: false } },
      ],
    },
  };
  const layers = [
    { class_name: 'InputLayer', config: { name: 'in', batch_input_shape: [null, channels, height, width] } },
    inner,
    { class_name: 'Conv2D', config: { ...conv, name: 'c', filters: 3 } },
    { class_name: 'GlobalMaxPooling2D', config: { name: 'd', data_format: 'channels_first' } },
  ];
  const weights = [
    { name: 'a/kernel', shape: [2, 2, channels, 2], dtype: 'float32' },
    { name: 'b/moving_mean', shape: [2], dtype: 'float32' },
    { name: 'b/moving_variance', shape: [2], dtype: 'float32' },
    { name: 'c/kernel', shape: [2, 2, 2, 3], dtype: 'float32' },
  ];
  const values = seededRandom(4).floats(24 + 4 + 24, 0.1, 1);
  const described = (format: string, axis: number, shape: readonly (number | null)[]): NamedFile[] => {
    const text = JSON.stringify({
      modelTopology: { class_name: 'Sequential', config: { name: 'outer', layers } },
      weightsManifest: [{ paths: ['w.bin'], weights }],
    })
      .replaceAll('channels_first', format)
      .replaceAll('"axis":[1]', `"axis":[${axis}]`)
      .replaceAll(`[null,${channels},${height},${width}]`, JSON.stringify(shape));
    return [
      { name: 'model.json', bytes: new TextEncoder().encode(text) },
      { name: 'w.bin', bytes: new Uint8Array(values.buffer) },
    ];
  };
  const x = seededRandom(5).floats(height * width * channels, -1, 1);
  const first = await answerOf(described('channels_first', 1, [null, channels, height, width]), x);
  const last = await answerOf(described('channels_last', 3, [null, height, width, channels]), x);
  assertClose(first, last, FLOAT32);
});

test.run();
