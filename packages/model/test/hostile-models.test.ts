import * as tf from '@tensorflow/tfjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadLayersModel, modelFiles, readClassNames, useBackend } from '../src/index.ts';
import { jsonFile, smallModelJson, smallModelWeights, textFile } from './support/model-json.ts';
import { assertRefused } from './support/refusal.ts';

const test = suite('models that are not what they should be');

test.before(async () => {
  await useBackend('cpu');
});

type Description = ReturnType<typeof smallModelJson>;

/** Loads the small model after a change. */
async function load(change: (description: Description) => void): Promise<tf.LayersModel> {
  const description = smallModelJson();
  change(description);
  const { model, dispose } = await loadLayersModel([jsonFile(description), smallModelWeights()]);
  dispose();
  return model;
}

test('the small model itself loads', async () => {
  const model = await load(() => undefined);
  assert.equal(model.outputs[0]?.shape, [null, 3]);
});

const entry = (description: Description): Record<string, unknown> =>
  description.weightsManifest[0]?.weights[0] ?? {};
const layer = (description: Description, index: number): Record<string, unknown> =>
  description.modelTopology.config.layers[index] ?? {};
const config = (description: Description, index: number): Record<string, unknown> =>
  layer(description, index)['config'] as Record<string, unknown>;

const changes: readonly (readonly [string, (description: Description) => void, RegExp])[] = [
  [
    'a weight that is null',
    (d) => (d.weightsManifest[0]!.weights[0] = null as never),
    /weightsManifest\[0\]\.weights\[0\]: expected object, got null/,
  ],
  ['a weight without a shape', (d) => delete entry(d)['shape'], /weights\[0\]\.shape: .*nothing is there/],
  [
    'a quantization that is null',
    (d) => (entry(d)['quantization'] = null),
    /weights\[0\]\.quantization: expected object, got null/,
  ],
  [
    'a quantization without a scale',
    (d) => (entry(d)['quantization'] = { dtype: 'uint8', min: 0 }),
    /weights\[0\]\.quantization\.scale/,
  ],
  [
    'a weight whose name is a number',
    (d) => (entry(d)['name'] = 7),
    /weights\[0\]\.name: expected string, got 7/,
  ],
  [
    'a weight named like a property of all objects',
    (d) => (entry(d)['name'] = 'constructor'),
    /cannot be the name of a weight/,
  ],
  [
    'two weights of one name',
    (d) => (entry(d)['name'] = 'conv/bias'),
    /weights\[1\]: another weight has the/,
  ],
  [
    'a negative size',
    (d) => (entry(d)['shape'] = [3, -2, 4]),
    /weights\[0\]\.shape\[1\]: expected >=0, got -2/,
  ],
  ['a size that is no whole number', (d) => (entry(d)['shape'] = [1.5]), /weights\[0\]\.shape\[0\]/],
  ['more weights than memory', (d) => (entry(d)['shape'] = [1e5, 1e5, 1e5]), /shape: more than \d+ bytes/],
  ['a type of value that TF.js has not', (d) => (entry(d)['dtype'] = 'float64'), /weights\[0\]\.dtype/],
  [
    'paths that are no list',
    (d) => (d.weightsManifest[0]!.paths = 'w' as never),
    /weightsManifest\[0\]\.paths/,
  ],
  [
    'a manifest that is an object',
    (d) => (d.weightsManifest = {} as never),
    /weightsManifest: expected array/,
  ],
  ['a layer that is null', (d) => (d.modelTopology.config.layers[1] = null as never), /config\.layers\[1\]:/],
  ['a layer without a class', (d) => delete layer(d, 1)['class_name'], /layers\[1\]\.class_name/],
  [
    'a layer whose configuration is a list',
    (d) => (layer(d, 1)['config'] = []),
    /layers\[1\]\.config: expected an object/,
  ],
  [
    'a layer whose name is a number',
    (d) => (config(d, 2)['name'] = 5),
    /layers\[2\]\.config\.name: expected/,
  ],
  [
    'layers that are no list',
    (d) => (d.modelTopology.config.layers = 5 as never),
    /config\.layers: expected array/,
  ],
  [
    'a layer named like a property of all objects',
    (d) => (config(d, 1)['name'] = 'toString'),
    /layers\[1\]: toString cannot be the name of a layer/,
  ],
  [
    'two layers of one name',
    (d) => (config(d, 1)['name'] = 'conv'),
    /layers\[1\]: another layer has the same/,
  ],
];

for (const [what, change, pattern] of changes) {
  test(`${what} is refused with its place in the file`, () =>
    assertRefused(() => load(change), 'invalid-file', pattern));
}

test('a network that claims more weights than the file has is refused before they are made', async () => {
  for (const units of [100_000_000, 4]) {
    const before = tf.memory().numTensors;
    await assertRefused(
      () => load((d) => (config(d, 2)['units'] = units)),
      'invalid-file',
      /larger than the weights that are there/,
    );
    assert.is(tf.memory().numTensors, before);
  }
});

test('what a model is saved with names no class that others lack', async () => {
  const { model, dispose } = await loadLayersModel([jsonFile(smallModelJson()), smallModelWeights()]);
  const [, topology] = await modelFiles(model);
  dispose();
  const text = new TextDecoder().decode(topology.bytes);
  assert.match(text, /"kernel_initializer": \{\s*"class_name": "Zeros"/);
  assert.not.match(text, /AblationCam/);
});

test('thousands of brackets are refused, not followed', async () => {
  const depth = 5000;
  const head = '{"class_name":"Sequential","config":{"layers":[';
  const nested = `{"modelTopology":${head.repeat(depth)}${']}}'.repeat(depth)},"weightsManifest":[]}`;
  await assertRefused(
    () => loadLayersModel([textFile(nested)]),
    'invalid-file',
    /more than 200 levels of nesting at line 1, column \d+/,
  );
  await assertRefused(
    () => loadLayersModel([textFile(`{"a":${'['.repeat(1e6)}`)]),
    'invalid-file',
    /200 levels/,
  );
});

test('broken JSON is refused with the place where it breaks', async () => {
  const refused = (text: string, pattern: RegExp): Promise<void> =>
    assertRefused(() => loadLayersModel([textFile(text)]), 'invalid-file', pattern);
  await refused('{"modelTopology":\n{', /ends too early/);
  await refused('{"a": "b\n}', /the text that begins at line 1, column 7 has no end/);
  await refused('{"__proto__": {}}', /the key __proto__ at line 1, column 2/);
  await refused('{"\\u005f_proto__": {}}', /the key __proto__/);
  await refused('{"a": }', /broken JSON: (unexpected text at line 1, column 7|it holds something)/);
  const bytes = Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x7d]);
  await assertRefused(
    () => loadLayersModel([{ name: 'model.json', bytes }]),
    'invalid-file',
    /no UTF-8 text/,
  );
});

/** A chain of activations behind an input of shape [4, 2], as a functional model. */
function chain(length: number): { layers: object[]; last: string } {
  const layers: object[] = [
    {
      class_name: 'InputLayer',
      name: 'in',
      config: { name: 'in', batch_input_shape: [null, 4, 2], dtype: 'float32' },
      inbound_nodes: [],
    },
  ];
  for (let i = 0; i < length; i++) {
    layers.push({
      class_name: 'Activation',
      name: `a${i}`,
      config: { name: `a${i}`, activation: 'relu' },
      inbound_nodes: [[[i === 0 ? 'in' : `a${i - 1}`, 0, 0, {}]]],
    });
  }
  return { layers, last: `a${length - 1}` };
}

function functional(layers: readonly object[], last: string): ReturnType<typeof jsonFile>[] {
  const description = {
    modelTopology: {
      class_name: 'Functional',
      config: { name: 'm', layers, input_layers: [['in', 0, 0]], output_layers: [[last, 0, 0]] },
    },
    weightsManifest: [{ paths: ['weights.bin'], weights: [] }],
  };
  return [jsonFile(description), { name: 'weights.bin', bytes: new Uint8Array() }];
}

test('two thousand layers load, in whatever order they are listed', async () => {
  const { layers, last } = chain(2000);
  for (const order of [layers, layers.toReversed()]) {
    const { model, network, dispose } = await loadLayersModel(functional(order, last));
    assert.is(model.layers.length, 2001);
    assert.is(network.layers.length, 2000);
    dispose();
  }
});

test('twenty thousand layers behind one another end in a sentence, in whatever order they are listed', async () => {
  const { layers, last } = chain(20_000);
  for (const order of [layers, layers.toReversed()]) {
    await assertRefused(
      () => loadLayersModel(functional(order, last)),
      'unsupported-layer',
      /too many layers lie behind one another/,
    );
  }
});

test('three hundred thousand class names take time that grows with their number alone', async () => {
  const names = Array.from({ length: 300_000 }, (_, i) => `class ${String(i)}`);
  const start = performance.now();
  assert.is((await readClassNames(new TextEncoder().encode(names.join('\n')))).length, names.length);
  // A second on a quiet machine, a minute where each is compared with all others.
  assert.ok(performance.now() - start < 20_000, 'in time');
});

test('an archive that lists more files than it can hold is refused before they are looked for', async () => {
  // A list of 2^32 - 1 files in the form for large archives, at the end of which it is said where that is.
  const bytes = new Uint8Array(102);
  const view = new DataView(bytes.buffer);
  const [list, end] = [4, 80];
  view.setUint32(0, 0x04034b50, true);
  view.setUint32(list, 0x06064b50, true);
  view.setUint32(list + 32, 0xffff_ffff, true);
  view.setUint32(end - 12, list, true);
  view.setUint32(end, 0x06054b50, true);
  view.setUint16(end + 8, 0xffff, true);
  view.setUint32(end + 16, 0xffff_ffff, true);
  await assertRefused(
    () => loadLayersModel([{ name: 'net.keras', bytes }]),
    'invalid-file',
    /damaged zip archive \(it lists more files than it can hold\)/,
  );
});

test('a layer that reads from itself or from another that reads from it is refused by name', async () => {
  const { layers, last } = chain(5);
  const looped = layers.map((each, i) => (i === 2 ? { ...each, inbound_nodes: [[['a3', 0, 0, {}]]] } : each));
  await assertRefused(
    () => loadLayersModel(functional(looped, last)),
    'invalid-file',
    /broken: a1, a2, a3, a4 take/,
  );
});

test('a shape beside a layer that has an input means nothing, and nothing is printed of it', async () => {
  const { layers, last } = chain(2);
  const warn = console.warn;
  const printed: unknown[] = [];
  console.warn = (...words: unknown[]) => printed.push(words);
  try {
    for (const shape of [[null, 'x', 2], [null, 5, 2], [null], 7]) {
      const stale = layers.map((each, i) =>
        i === 1
          ? { ...each, config: { ...(each as { config: object }).config, batch_input_shape: shape } }
          : each,
      );
      const { model, dispose } = await loadLayersModel(functional(stale, last));
      assert.equal(model.outputs[0]?.shape, [null, 4, 2]);
      dispose();
    }
  } finally {
    console.warn = warn;
  }
  assert.equal(printed, []);
});

test('a connection that is none is refused with its layer', async () => {
  const { layers, last } = chain(2);
  for (const nodes of [[5], [[]], [[5]], [[['a0', -1, 0]]], [[['a0', 0, 'x']]], [[['a0', 0, 0, 7]]]]) {
    const broken = [...layers.slice(0, 2), { ...layers[2], inbound_nodes: nodes }];
    await assertRefused(
      () => loadLayersModel(functional(broken, last)),
      'invalid-file',
      /inbound_nodes\[0\] of the layer a1: expected lists of \[layer, call, tensor\]/,
    );
  }
});

test.run();
