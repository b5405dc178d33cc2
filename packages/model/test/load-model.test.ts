import * as tf from '@tensorflow/tfjs';
import { assertClose } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadLayersModel, modelFiles, useBackend, type NamedFile } from '../src/index.ts';
import { weightPenalty } from '../src/training/penalties.ts';
import expected from './golden/keras/expected.json';
import functionalKeras2 from './golden/keras/functional-keras2.h5.bin';
import functionalKeras3 from './golden/keras/functional-keras3.h5.bin';
import sequentialKeras2 from './golden/keras/sequential-keras2.h5.bin';
import weightsOnly from './golden/keras/weights-only.h5.bin';
import { assertRefused } from './support/refusal.ts';

/** Some twenty float32 roundings of 6e-8 in each of four layers. */
const FLOAT32 = { absolute: 3e-6 };

const test = suite('loading models');

test.before(async () => {
  await useBackend('cpu');
});

/** A test after which as many tensors are alive as before. */
function tidyTest(name: string, work: () => Promise<void>): void {
  test(`${name}; no tensor is left over`, async () => {
    const before = tf.memory().numTensors;
    await work();
    assert.is(tf.memory().numTensors, before);
  });
}

const fixtures = [
  { name: 'sequential-keras2', bytes: sequentialKeras2 },
  { name: 'functional-keras2', bytes: functionalKeras2 },
  { name: 'functional-keras3', bytes: functionalKeras3 },
] as const;

for (const { name, bytes } of fixtures) {
  tidyTest(`${name}.h5 answers as computed from its weights`, async () => {
    const { model, format, dispose } = await loadLayersModel([file(`${name}.h5`, bytes)]);
    assert.is(format, 'keras-h5');
    assertAnswers(model, name);
    dispose();
  });

  tidyTest(`${name}.h5 saved as TF.js and loaded again answers the same`, async () => {
    const { model, dispose } = await loadLayersModel([file(`${name}.h5`, bytes)]);
    const files = await modelFiles(model, { classNames: ['no', 'yes'] });
    dispose();
    const again = await loadLayersModel(files);
    assert.is(again.format, 'tfjs-layers');
    assert.equal(again.metadata.classNames, ['no', 'yes']);
    assertAnswers(again.model, name);
    again.dispose();
  });
}

tidyTest('the L2 penalty of a Keras layer is kept', async () => {
  const { model, dispose } = await loadLayersModel(new Blob([new Uint8Array(sequentialKeras2)]));
  const kernel = model.getLayer('conv1d').getWeights()[0];
  const [penalty = NaN, expectedPenalty = NaN] = tf.tidy(() =>
    tf.stack([weightPenalty(model), tf.mul(tf.sum(tf.square(kernel ?? 0)), 0.0005)]).dataSync(),
  );
  assertClose([penalty], [expectedPenalty], { ofLargest: 1e-6 });
  dispose();
});

tidyTest('files are told apart by their content, not by their names', async () => {
  const { model, dispose } = await loadLayersModel([file('model.json', functionalKeras3)]);
  assertAnswers(model, 'functional-keras3');
  dispose();
});

tidyTest('a GraphModel is refused with the way to convert it', () =>
  assertRefused(
    () =>
      loadLayersModel([json({ format: 'graph-model', modelTopology: { node: [] }, weightsManifest: [] })]),
    'unsupported-format',
    /GraphModel.*tfjs_layers_model/,
  ),
);

tidyTest('weights without a network are refused', () =>
  assertRefused(
    () => loadLayersModel([file('weights.h5', weightsOnly)]),
    'unsupported-format',
    /only weights/,
  ),
);

tidyTest('text, nothing and other formats are refused', async () => {
  await assertRefused(
    () => loadLayersModel([file('notes.txt', text('hello'))]),
    'invalid-file',
    /neither a Keras/,
  );
  await assertRefused(() => loadLayersModel([]), 'not-found', /No model file/);
  await assertRefused(
    () => loadLayersModel([file('net.pb', text('x'))]),
    'unsupported-format',
    /graph of TensorFlow \(SavedModel\)/,
  );
  await assertRefused(
    () => loadLayersModel([file('model.json', text('{"modelTopology":'))]),
    'invalid-file',
    /broken JSON/,
  );
  await assertRefused(() => loadLayersModel([json({ a: 1 })]), 'invalid-file', /no modelTopology/);
});

tidyTest('a truncated .h5 is refused wherever it ends', async () => {
  for (const end of [12, 60, 700, 5000, functionalKeras2.length - 1]) {
    await assertRefused(
      () => loadLayersModel([file('model.h5', functionalKeras2.subarray(0, end))]),
      'invalid-file',
      /truncated|broken/,
    );
  }
});

tidyTest('a .h5 with overwritten parts is refused or still whole, and leaves nothing behind', async () => {
  for (let start = 96; start < functionalKeras3.length; start += 997) {
    const broken = Uint8Array.from(functionalKeras3).fill(0xff, start, start + 64);
    try {
      (await loadLayersModel([file('model.h5', broken)])).dispose();
    } catch (error) {
      assert.is((error as Error).name, 'ModelError', `bytes ${start}: ${String(error)}`);
    }
  }
});

tidyTest('a truncated shard is refused with both sizes', async () => {
  const [weights, topology] = await savedModel();
  const short = { ...weights, bytes: weights.bytes.subarray(0, -3) };
  await assertRefused(
    () => loadLayersModel([topology, short]),
    'invalid-file',
    /truncated: 80 bytes were expected, 77/,
  );
});

tidyTest('a missing shard is refused by name', async () => {
  const [, topology] = await savedModel();
  await assertRefused(() => loadLayersModel([topology]), 'not-found', /weights\.bin, which was not among/);
});

tidyTest('weights of another network are refused', async () => {
  const [weights, topology] = await savedModel();
  const changed = (edit: (description: TfjsDescription) => void): NamedFile => {
    const description = JSON.parse(new TextDecoder().decode(topology.bytes)) as TfjsDescription;
    edit(description);
    return json(description);
  };
  const other = changed(({ weightsManifest }) => {
    weightsManifest[0]!.weights[0]!.shape = [4, 3];
  });
  await assertRefused(() => loadLayersModel([other, weights]), 'invalid-file', /\[4, 3\].*\[3, 4\]/);
  const fewer = changed(({ weightsManifest }) => {
    weightsManifest[0]!.weights = [{ name: 'a', shape: [20], dtype: 'float32' }];
  });
  await assertRefused(
    () => loadLayersModel([fewer, weights]),
    'invalid-file',
    /needs 3 tensors.*the file has 1/,
  );
});

tidyTest('every layer and option TF.js lacks is named at once', async () => {
  const lacking = {
    class_name: 'Sequential',
    config: {
      layers: [
        layer('Conv2DTranspose', 'grouped', {
          batch_input_shape: [null, 4, 4, 4],
          filters: 4,
          kernel_size: 3,
          groups: 2,
        }),
        layer('Resizing3D', 'odd', {}),
        layer('GlobalAveragePooling3D', 'pool', { keepdims: true }),
        layer('Dense', 'dense', { units: 2, activation: 'sparse_plus' }),
      ],
    },
  };
  await assertRefused(
    () => loadLayersModel([json({ modelTopology: lacking, weightsManifest: [{ paths: [], weights: [] }] })]),
    'unsupported-layer',
    /grouped \(groups=2\), odd \(layer class Resizing3D\), pool \(layer class GlobalAveragePooling3D\), dense \(activation sparse_plus\)/,
  );
});

tidyTest('a subclassed model is refused', () =>
  assertRefused(
    () =>
      loadLayersModel([
        json({
          modelTopology: { class_name: 'MyModel', config: {} },
          weightsManifest: [{ paths: [], weights: [] }],
        }),
      ]),
    'unsupported-format',
    /class MyModel/,
  ),
);

tidyTest('a network that refers to a layer that is not there is refused, without end otherwise', () =>
  assertRefused(
    () =>
      loadLayersModel([
        json({
          modelTopology: {
            class_name: 'Functional',
            config: {
              layers: [
                { ...layer('InputLayer', 'in', { batch_input_shape: [null, 3] }), inbound_nodes: [] },
                { ...layer('Dense', 'dense', { units: 2 }), inbound_nodes: [[['gone', 0, 0, {}]]] },
              ],
              input_layers: [['in', 0, 0]],
              output_layers: [['dense', 0, 0]],
            },
          },
          weightsManifest: [{ paths: [], weights: [] }],
        }),
      ]),
    'invalid-file',
    /dense take inputs from layers that are not there/,
  ),
);

interface TfjsDescription {
  weightsManifest: { weights: { name: string; shape: number[]; dtype: string }[] }[];
}

async function savedModel(): ReturnType<typeof modelFiles> {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ name: 'hidden', units: 4, inputShape: [3] }),
      tf.layers.dense({ name: 'dense', units: 1, useBias: false }),
    ],
  });
  const files = await modelFiles(model);
  model.dispose();
  return files;
}

function assertAnswers(model: tf.LayersModel, name: keyof typeof expected): void {
  const { inputs, inputShapes, outputs } = expected[name];
  const answers = tf.tidy(() =>
    (model.predict(inputs.map((values, i) => tf.tensor(values, inputShapes[i]))) as tf.Tensor).dataSync(),
  );
  assertClose(answers, outputs, FLOAT32);
}

function layer(className: string, name: string, config: object): object {
  return { class_name: className, name, config: { name, ...config } };
}

function file(name: string, bytes: Uint8Array): NamedFile {
  return { name, bytes };
}

function json(value: unknown): NamedFile {
  return file('model.json', text(JSON.stringify(value)));
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

test.run();
