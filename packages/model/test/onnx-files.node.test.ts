import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { TensorProto_DataLocation } from 'onnx-buf';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadLayersModel, loadModel, useBackend } from '../src/index.ts';
import { architectures } from './support/onnx/architectures.ts';
import { OnnxBuilder } from '@ablation-cam/tools/onnx-builder';
import { TorchLayers } from './support/onnx/torch-layers.ts';
import { assertRefused } from './support/refusal.ts';

const test = suite('ONNX files, loaded and run');
test.before(async () => {
  await useBackend('wasm');
});

function built(name: string): OnnxBuilder {
  const { input = [], write } = architectures[name] ?? {};
  const builder = new OnnxBuilder(seededRandom(3), 14);
  const layers = new TorchLayers(builder, input.length === 3 ? 1 : 2);
  const [, channels = 1, ...positions] = input;
  builder.output(write?.(layers, layers.input('input', channels, ...positions)) ?? '', ['batch', 5]);
  return builder;
}

test('TensorFlow.js runs every architecture, whole and from a node on, as ONNX Runtime does', async () => {
  for (const [name, { input }] of Object.entries(architectures)) {
    const bytes = built(name).bytes();
    const { network, format, model, dispose } = await loadModel([{ name: 'net.onnx', bytes }]);
    assert.is(format, 'onnx');
    assert.is(model, null);
    const before = tf.memory().numTensors;
    const sized = await network.at();
    await sized.ready();
    const batch = 2;
    const dims = [batch, ...input.slice(1)];
    const values = seededRandom(4).floats(dims.reduce((product, length) => product * length, 1));
    const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
    const expected = Object.values(await session.run({ input: new Tensor('float32', values, dims) }))[0];
    await session.release();
    const order = [0, ...input.slice(2).map((_, i) => i + 2), 1];
    const x = tf.tidy(() => tf.transpose(tf.tensor(values, dims), order));
    const [target = sized.layers[0]] = sized.layers.filter(
      (layer) => layer.name === architectures[name]?.target,
    );
    const [output] = sized.graph.outputs;
    const [input0 = -1] = sized.graph.inputs;
    const [tapped, found] = sized.run(new Map([[input0, x]]), [target?.node ?? -1, output?.node ?? -1]);
    const [again] = sized.run(new Map([[target?.node ?? -1, tapped]]), [output?.node ?? -1]);
    // Ten layers of float32 in another order of sums.
    assertClose(found.dataSync(), expected?.data as Float32Array, { absolute: 2e-5, ofLargest: 2e-5 }, name);
    assertClose(again.dataSync(), found.dataSync(), { absolute: 1e-6 }, `${name} from its target`);
    tf.dispose([x, tapped, found, again]);
    dispose();
    assert.is(tf.memory().numTensors, before, name);
  }
});

test('gradients go through a network, and its weights move between backends', async () => {
  const { network, dispose } = await loadModel([{ name: 'net.onnx', bytes: built('EfficientNet').bytes() }]);
  const sized = await network.at();
  const [input = -1] = sized.graph.inputs;
  const [output] = sized.graph.outputs;
  const x = tf.tensor(seededRandom(5).floats(24 * 22 * 3), [1, 24, 22, 3]);
  const score = (image: tf.Tensor): tf.Scalar =>
    sized.run(new Map([[input, image]]), [output?.node ?? -1])[0].sum();
  const gradients: Float32Array[] = [];
  for (const backend of ['wasm', 'cpu'] as const) {
    await useBackend(backend);
    await sized.ready();
    const gradient = tf.tidy(() => tf.grad(score)(x));
    gradients.push((await gradient.data()) as Float32Array);
    gradient.dispose();
  }
  assert.ok(gradients[0]?.some((value) => Math.abs(value) > 1e-4));
  assertClose(gradients[0] ?? [], gradients[1] ?? [], { ofLargest: 1e-4 });
  x.dispose();
  dispose();
  await useBackend('wasm');
});

test('weights beside the file are read from its folder, and from nowhere else', async () => {
  const builder = built('a network of signals');
  const [kernel] = builder.weights;
  if (!kernel) throw new Error('There are no weights.');
  const values = kernel.rawData;
  const weights = new Uint8Array(16 + values.byteLength);
  weights.set(values, 16);
  kernel.rawData = new Uint8Array();
  kernel.dataLocation = TensorProto_DataLocation.EXTERNAL;
  const external = (location: string, offset = 16, length = values.byteLength): Uint8Array => {
    const entry = (key: string, value: string) =>
      ({ $typeName: 'onnx.StringStringEntryProto', key, value }) as const;
    kernel.externalData = [
      entry('location', location),
      entry('offset', String(offset)),
      entry('length', String(length)),
    ];
    return builder.bytes();
  };
  const folder = await mkdtemp(join(tmpdir(), 'onnx-'));
  const path = join(folder, 'net.onnx');
  try {
    await writeFile(join(folder, 'net.onnx.data'), weights);
    await writeFile(path, external('net.onnx.data'));
    (await loadModel(path)).dispose();
    const files = [
      { name: 'net.onnx.data', bytes: weights },
      { name: 'net.onnx', bytes: external('net.onnx.data') },
    ];
    (await loadModel(files)).dispose();
    await assertRefused(() => loadModel(files.slice(1)), 'not-found', /net\.onnx\.data, which was not among/);
    await writeFile(path, external('net.onnx.data', 20));
    await assertRefused(() => loadModel(path), 'invalid-file', /beyond the end of net\.onnx\.data/);
    await writeFile(path, external('net.onnx.data', 16, 8));
    await assertRefused(() => loadModel(path), 'invalid-file', /takes 448 bytes, but 8 are there/);
    await writeFile(path, external('../net.onnx.data'));
    await assertRefused(() => loadModel(path), 'invalid-file', /outside the model's folder/);
    await symlink('/etc/hostname', join(folder, 'link.data'));
    await writeFile(path, external('link.data', 0, 8));
    await assertRefused(() => loadModel(path), 'invalid-file', /link to a file outside/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('what is wrong with a file is said', async () => {
  const bytes = built('ResNet').bytes();
  const load = (changed: Uint8Array): Promise<unknown> => loadModel([{ name: 'net.onnx', bytes: changed }]);
  await assertRefused(() => load(bytes.subarray(0, bytes.length / 2)), 'invalid-file', /no whole ONNX file/);
  await assertRefused(
    () => loadLayersModel([{ name: 'net.onnx', bytes }]),
    'unsupported-format',
    /model of layers was expected/,
  );
  const broken = (change: (builder: OnnxBuilder) => void): (() => Promise<unknown>) => {
    const builder = built('ResNet');
    change(builder);
    return () => load(builder.bytes());
  };
  const rename = (b: OnnxBuilder, to: string): void => {
    b.nodes[3]!.input = [to];
  };
  await assertRefused(
    broken((b) => {
      rename(b, 'nothing');
    }),
    'invalid-file',
    /nobody makes the tensor "nothing"/,
  );
  await assertRefused(
    broken((b) => {
      rename(b, b.nodes.at(-1)!.output[0]!);
    }),
    'invalid-file',
    /waits for itself/,
  );
  await assertRefused(
    broken((b) => b.nodes.push(b.nodes[0]!)),
    'invalid-file',
    /two nodes make/,
  );
  await assertRefused(
    broken((b) => (b.weights[0]!.dims = [8n, 3n, 7n, 9n])),
    'invalid-file',
    /takes 6048 bytes/,
  );
  await assertRefused(
    broken((b) => (b.weights[0]!.dataType = 8)),
    'unsupported-format',
    /data type 8/,
  );
  await assertRefused(
    broken((b) => (b.nodes[1]!.opType = 'Mystery')),
    'unsupported-layer',
    /"\/bn1\/BatchNormalization".*Mystery/,
  );
  await assertRefused(
    broken((b) => (b.outputs.length = 0)),
    'invalid-file',
    /no input or no output/,
  );
});

test('a sequence of nodes longer than calls can be nested is read', async () => {
  const builder = new OnnxBuilder(seededRandom(6));
  let x = builder.input('x', [1, 2, 2, 2]);
  for (let i = 0; i < 20_000; i++) x = builder.node('Relu', [x], {}, { name: `relu_${String(i)}` });
  builder.nodes.reverse();
  builder.output(x);
  const { network } = await loadModel([{ name: 'net.onnx', bytes: builder.bytes() }]);
  assert.is(network.layers.length, 20_000);
});

test.run();
