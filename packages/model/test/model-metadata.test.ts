import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  colorOfZero,
  loadModel,
  mainFile,
  useBackend,
  type ModelMetadata,
  type NamedFile,
} from '../src/index.ts';
import { jsonFile } from './support/model-json.ts';

const test = suite('what is known of a model beside its network');

test.before(async () => {
  await useBackend('cpu');
});

type Layer = readonly [className: string, config: Record<string, unknown>];

const flatten: Layer = ['Flatten', {}];

function filesOf(
  layers: readonly Layer[],
  weights: Readonly<Record<string, readonly number[]>> = {},
): NamedFile[] {
  const input = { class_name: 'InputLayer', config: { name: 'in', batch_input_shape: [null, 2, 2, 1] } };
  const described = layers.map(([class_name, config], i) => ({
    class_name,
    config: { name: `layer${i}`, ...config },
  }));
  const entries = Object.entries(weights).map(([name, values]) => ({
    name,
    shape: [values.length],
    dtype: 'float32',
  }));
  const values = Float32Array.from(Object.values(weights).flat());
  return [
    jsonFile({
      modelTopology: { class_name: 'Sequential', config: { name: 'net', layers: [input, ...described] } },
      weightsManifest: [{ paths: ['w.bin'], weights: entries }],
    }),
    { name: 'w.bin', bytes: new Uint8Array(values.buffer) },
  ];
}

const beside = (name: string, value: unknown): NamedFile => ({
  name,
  bytes: new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)),
});

async function metadataOf(files: readonly NamedFile[]): Promise<ModelMetadata> {
  const { metadata, dispose } = await loadModel(files);
  dispose();
  return metadata;
}

const normalizeOf = async (
  layers: readonly Layer[],
  weights?: Readonly<Record<string, readonly number[]>>,
): Promise<unknown> => (await metadataOf(filesOf(layers, weights))).input?.scale?.normalize;

test('a network that scales its input takes pictures as they are, or from 0 to 1', async () => {
  const resizing: Layer = ['Resizing', { height: 4, width: 4 }];
  assert.is(
    await normalizeOf([['RandomFlip', {}], resizing, ['Rescaling', { scale: 1 / 255 }], flatten]),
    '0..255',
  );
  assert.is(await normalizeOf([['Rescaling', { scale: 1 / 127.5, offset: -1 }], flatten]), '0..255');
  assert.is(await normalizeOf([['Rescaling', { scale: 1, offset: -127.5 }], flatten]), '0..255');
  assert.is(await normalizeOf([['Rescaling', { scale: 2, offset: -1 }], flatten]), '0..1');
  assert.is(await normalizeOf([['Normalization', { mean: 120, variance: 3600 }], flatten]), '0..255');
  assert.is(await normalizeOf([['Normalization', { mean: 0.4, variance: 0.05 }], flatten]), '0..1');
  const adapted = { 'layer0/mean': [117], 'layer0/variance': [900] };
  assert.is(await normalizeOf([['Normalization', {}], flatten], adapted), '0..255');
  // What is scaled inside says nothing of the input.
  assert.is(await normalizeOf([flatten, ['Rescaling', { scale: 1 / 255 }]]), undefined);
});

test('Teachable Machine writes names, size and scale beside its model', async () => {
  const metadata = {
    tfjsVersion: '1.3.1',
    tmVersion: '2.4.7',
    packageName: '@teachablemachine/image',
    imageSize: 224,
    labels: ['a', 'b'],
  };
  assert.equal(await metadataOf([...filesOf([flatten]), beside('metadata.json', metadata)]), {
    classNames: ['a', 'b'],
    input: { scale: { normalize: '-1..1', source: 'metadata.json of Teachable Machine' }, size: [224, 224] },
  });
});

test('a size that no network of pictures has is none', async () => {
  for (const imageSize of [0, -1, 1.5, 1e9, 2 ** 53, '224', null]) {
    const file = beside('metadata.json', { tmVersion: '2.4.7', imageSize });
    const { input } = await metadataOf([...filesOf([flatten]), file]);
    assert.is(input?.size, undefined, String(imageSize));
  }
});

test('Hugging Face writes scale and size, and names beside them', async () => {
  const preprocessor = {
    do_normalize: true,
    image_mean: [0.5, 0.25, 0],
    image_std: [0.5, 1, 2],
    rescale_factor: 1 / 255,
    size: { height: 30, width: 40 },
  };
  const read = (value: object): Promise<ModelMetadata> =>
    metadataOf([
      ...filesOf([flatten]),
      beside('preprocessor_config.json', value),
      beside('config.json', { model_type: 'resnet', id2label: { 0: 'cat', 1: 'dog' } }),
    ]);
  assert.equal(await read(preprocessor), {
    classNames: ['cat', 'dog'],
    input: {
      scale: {
        normalize: { mean: [0.5, 0.25, 0], deviation: [0.5, 1, 2] },
        source: 'preprocessor_config.json',
      },
      size: [30, 40],
    },
  });
  // Values from 0 to 255 with their own statistics.
  const unscaled = await read({ do_rescale: false, image_mean: [127.5], image_std: [51], size: 30 });
  assert.equal(unscaled.input?.scale?.normalize, { mean: 0.5, deviation: 0.2 });
});

test('layers of the network count before files beside it, and files of others not at all', async () => {
  const files = filesOf([['Rescaling', { scale: 1 / 255 }], flatten]);
  const teachable = beside('metadata.json', { tmVersion: '2', imageSize: 8, labels: ['a'] });
  const { input } = await metadataOf([...files, teachable]);
  assert.is(input?.scale?.normalize, '0..255');
  assert.equal(input?.size, [8, 8]);
  assert.equal(
    await metadataOf([
      ...filesOf([flatten]),
      beside('metadata.json', '{"broken'),
      beside('config.json', [1]),
    ]),
    {},
  );
});

test('a network is found among the files that lie beside it, in any order', () => {
  const named = (...names: string[]): string | undefined => mainFile(names.map((name) => ({ name })))?.name;
  assert.is(named('config.json', 'preprocessor_config.json', 'net.keras'), 'net.keras');
  assert.is(named('metadata.json', 'weights.bin', 'tm/model.json'), 'tm/model.json');
  assert.is(named('labels.json', 'model.onnx_data', 'model.onnx'), 'model.onnx');
  assert.is(named('net.json', 'net.weights.h5'), 'net.weights.h5');
  // An archive of Keras that was unpacked.
  assert.is(named('metadata.json', 'config.json', 'model.weights.h5'), 'model.weights.h5');
  assert.is(named('notes.npz'), 'notes.npz');
  assert.is(named(), undefined);
});

test('a color is 0 to each scale', () => {
  assert.equal(colorOfZero(), [0, 0, 0]);
  assert.equal(colorOfZero('-1..1'), [127.5, 127.5, 127.5]);
  assert.equal(colorOfZero('caffe'), [123.68, 116.779, 103.939]);
  assert.equal(colorOfZero({ mean: [0.2], deviation: 1 }), [51, 51, 51]);
  assert.equal(colorOfZero({ mean: [-1, 0.4, 2], deviation: 1 }), [0, 102, 255]);
});

test('channels that were first are said to have been', async () => {
  const conv = { filters: 1, kernel_size: [1, 1], use_bias: false, data_format: 'channels_first' };
  const files = filesOf([['Conv2D', conv]], { 'layer0/kernel': [1, 1] });
  const [model, ...others] = files;
  const text = new TextDecoder().decode(model?.bytes).replace('"shape":[2]', '"shape":[1,1,2,1]');
  assert.equal(await metadataOf([beside('model.json', text), ...others]), { input: { channelsFirst: true } });
});

test.run();
