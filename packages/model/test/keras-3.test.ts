import * as tf from '@tensorflow/tfjs';
import { assertClose } from '@ablation-cam/tools/testing';
import { unzipSync, zipSync } from 'fflate';
import { openHdf5 } from '../src/files/hdf5/open-hdf5.ts';
import { unzipKeras } from '../src/files/keras-zip.ts';
import dataSets from './golden/hdf5/data-sets.h5.bin';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  loadLayersModel,
  modelFiles,
  networkOf,
  useBackend,
  type LoadedLayersModel,
  type NamedFile,
} from '../src/index.ts';
import { snakeCase } from '../src/files/keras-weights.ts';
import expected from './golden/keras/network-keras3.json';
import archive from './golden/keras/network-keras3.keras.bin';
import sequential from './golden/keras/sequential-keras3.json';
import sequentialArchive from './golden/keras/sequential-keras3.keras.bin';
import sequentialH5 from './golden/keras/sequential-keras3.h5.bin';
import { evaluateGraph } from './support/evaluate-graph.ts';
import { assertRefused } from './support/refusal.ts';

/** Some twenty float32 roundings of 6e-8 in each of five layers, on logits up to 12. */
const FLOAT32 = { absolute: 5e-6 };

const test = suite('models of Keras 3');

test.before(async () => {
  await useBackend('cpu');
});

const parts = unzipSync(archive);
const file = (name: string, bytes: Uint8Array | undefined): NamedFile => ({
  name,
  bytes: bytes ?? new Uint8Array(),
});
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

function assertAnswers({ model }: LoadedLayersModel, { input, shape, output } = expected): void {
  const answer = tf.tidy(() => {
    return (model.predict(tf.tensor(input, shape)) as tf.Tensor).dataSync<'float32'>();
  });
  assertClose(answer, output, FLOAT32);
}

test('an archive answers as computed from its weights', async () => {
  const tensors = tf.memory().numTensors;
  const loaded = await loadLayersModel([file('net.keras', archive)]);
  assert.is(loaded.format, 'keras');
  assertAnswers(loaded);
  assert.equal(
    (await networkOf(loaded.model)).layers.map(({ name, type }) => `${name} ${type}`),
    [
      'true_divide Rescaling',
      'subtract Rescaling',
      'flip RandomFlip',
      'stem Conv2D',
      'statistics BatchNormalization',
      'pool MaxPooling2D',
      'late Conv2D',
      'squeeze GlobalAveragePooling2D',
      'gate Conv2D',
      'multiply Multiply',
      'flatten Flatten',
      'head Dense',
    ],
  );
  loaded.dispose();
  assert.is(tf.memory().numTensors, tensors);
});

for (const [name, bytes] of [
  ['net.keras', sequentialArchive],
  ['net.h5', sequentialH5],
] as const) {
  test(`a trained sequential network as ${name} answers as computed, as TensorFlow.js and as a graph`, async () => {
    const loaded = await loadLayersModel([file(name, bytes)]);
    assert.is(loaded.format, name.endsWith('.keras') ? 'keras' : 'keras-h5');
    assertAnswers(loaded, sequential);
    assert.is(loaded.metadata.input?.scale?.normalize, '0..255');
    const [samples = 0, ...shape] = sequential.shape;
    const { graph } = await loaded.network.at([shape]);
    assert.equal(
      graph.nodes.filter(({ operation }) => operation.kind === 'opaque'),
      [],
    );
    const size = sequential.input.length / samples;
    const answers = Array.from({ length: samples }, (_, i) =>
      evaluateGraph(graph, Float32Array.from(sequential.input.slice(i * size, (i + 1) * size))),
    );
    assertClose(
      answers.flatMap((answer) => [...answer]),
      sequential.output,
      { absolute: 1e-6 },
    );
    const saved = await modelFiles(loaded.model);
    loaded.dispose();
    const again = await loadLayersModel(saved);
    assertAnswers(again, sequential);
    again.dispose();
  });
}

test('it is saved as TF.js, and means the same when it is loaded again', async () => {
  const loaded = await loadLayersModel([file('net.keras', archive)]);
  const saved = await modelFiles(loaded.model);
  loaded.dispose();
  const again = await loadLayersModel(saved);
  assertAnswers(again);
  again.dispose();
});

test('weights and the JSON of the network together, in any order and under any names', async () => {
  const json = file('net.json', parts['config.json']);
  const weights = file('net.weights.h5', parts['model.weights.h5']);
  for (const files of [
    [json, weights],
    [weights, json],
    [weights, file('other.json', json.bytes)],
  ]) {
    const loaded = await loadLayersModel(files);
    assertAnswers(loaded);
    loaded.dispose();
  }
});

test('one of the two alone says what is missing', async () => {
  await assertRefused(
    () => loadLayersModel([file('net.json', parts['config.json'])]),
    'unsupported-format',
    /architecture without weights.*net\.weights\.h5/,
  );
  await assertRefused(
    () => loadLayersModel([file('net.weights.h5', parts['model.weights.h5'])]),
    'unsupported-format',
    /only weights.*net\.json beside it/,
  );
});

test('with its channels first it answers the same, as its weights are in the same order', async () => {
  const json = text(parts['config.json'])
    .replaceAll('"channels_last"', '"channels_first"')
    .replaceAll('6, 6, 3]', '3, 6, 6]')
    .replace('"axis": -1', '"axis": 1');
  const loaded = await loadLayersModel([
    file('net.json', new TextEncoder().encode(json)),
    file('net.weights.h5', parts['model.weights.h5']),
  ]);
  assertAnswers(loaded);
  assert.equal(loaded.metadata.input?.channelsFirst, true);
  loaded.dispose();
});

test('a nested model without a shape has its groups of weights in its own place', async () => {
  // Without its input layer, TF.js cannot build the model in the model: its layers take its place.
  const json = text(parts['config.json']).replace(
    /\{"module": "keras\.layers", "class_name": "InputLayer", "config": \{"name": "inner".*?"registered_name": null\}, (?=\{"module": "keras\.layers", "class_name": "Conv2D")/,
    '',
  );
  const open = json.replace(', "build_input_shape": [null, 6, 6, 3]', '');
  assert.not.match(open, /inner|build_input_shape/);
  const loaded = await loadLayersModel([
    file('net.json', new TextEncoder().encode(open)),
    file('net.weights.h5', parts['model.weights.h5']),
  ]);
  assertAnswers(loaded);
  assert.ok(loaded.model.getLayer('stem'));
  loaded.dispose();
});

test('archives that are damaged, cut short or of something else', async () => {
  const config = parts['config.json'] ?? new Uint8Array();
  const zip = (files: Record<string, Uint8Array>): NamedFile => file('net.keras', zipSync(files));
  await assertRefused(
    () => loadLayersModel([file('net.keras', archive.subarray(0, 3000))]),
    'invalid-file',
    /damaged zip/,
  );
  await assertRefused(
    () => loadLayersModel([zip({ 'archive/data.pkl': config })]),
    'unsupported-format',
    /PyTorch.*torch\.onnx\.export/,
  );
  await assertRefused(
    () => loadLayersModel([zip({ 'notes.txt': config, 'net/model.json': config })]),
    'unsupported-format',
    /net\/model\.json in it.*Unpack it/,
  );
  await assertRefused(
    () => loadLayersModel([zip({ 'config.json': config, 'model.weights.h5': config })]),
    'invalid-file',
    /HDF5/,
  );
  // A length of 2 GB where the archive describes its files.
  const bomb = zipSync({ 'config.json': config });
  new DataView(bomb.buffer).setUint32(bomb.length - 22 - 46 - 11 + 24, 0x7fffffff, true);
  await assertRefused(() => loadLayersModel([file('net.keras', bomb)]), 'invalid-file', /claims more/);
});

test('unpacking is ended between two of its parts, and within a tensor', async () => {
  const ended = new Error('ended on purpose');
  // A clock that strikes each time it is looked at: there is a turn before each part.
  const clock = performance.now.bind(performance);
  let strikes = 0;
  performance.now = () => clock() + 1000 * ++strikes;
  const endsAt = (most: number) => {
    let turns = 0;
    return () => (++turns > most ? Promise.reject(ended) : Promise.resolve());
  };
  try {
    const large = { ...parts, 'model.weights.h5': new Uint8Array(2 ** 20) };
    const stored = zipSync(large, { level: 0 });
    await assertRejected(unzipKeras('net.keras', stored, endsAt(3)), ended);
    const whole = await unzipKeras('net.keras', stored, endsAt(100));
    assert.is(whole.weights.length, 2 ** 20);
    // The first turn is before the tensor, the others before its chunks.
    const file = openHdf5('data.h5', dataSets, endsAt(2));
    await assertRejected(file.tensor('many chunks'), ended);
  } finally {
    performance.now = clock;
  }
});

async function assertRejected(work: Promise<unknown>, reason: Error): Promise<void> {
  const outcome = await work.then(
    () => null,
    (error: unknown) => error,
  );
  assert.is(outcome, reason);
}

test('groups of weights are named as Keras names them', () => {
  const names = [
    'Conv2D',
    'ReLU',
    'BatchNormalization',
    'GlobalAveragePooling2D',
    'Functional',
    'LSTM',
    'MyPackage>Layer',
  ];
  assert.equal(names.map(snakeCase), [
    'conv2d',
    're_lu',
    'batch_normalization',
    'global_average_pooling2d',
    'functional',
    'lstm',
    'my_package_layer',
  ]);
});

test.run();
