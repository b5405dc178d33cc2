import * as tf from '@tensorflow/tfjs';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { networkOf } from '../src/index.ts';
import { GraphModelBuilder } from './support/graph-model/graph-model-builder.ts';
import { assertRefused } from './support/refusal.ts';

const test = suite('nodes of GraphModels without a rule, which TensorFlow.js runs');

test.before(async () => {
  await tf.setBackend('cpu');
});

type Write = (b: GraphModelBuilder, x: string) => string;

/** Between a convolution and a dense layer: known nodes lie on both sides. */
function around(write: Write, seed = 1): GraphModelBuilder {
  const b = new GraphModelBuilder(seededRandom(seed));
  const x = b.input('x', [-1, 5, 4, 2]);
  const map = b.node(
    'Conv2D',
    [x, b.weight([3, 3, 2, 3])],
    { padding: 'SAME', strides: [1, 1, 1, 1] },
    'map',
  );
  const made = b.node('Mul', [write(b, b.node('Relu', [map])), b.floats([], [0.5])]);
  const flat = b.node('Reshape', [made, b.ints([-1, 60])]);
  b.output(b.node('MatMul', [flat, b.weight([60, 3])]), 'y');
  return b;
}

const cases: Readonly<Record<string, { write: Write; opaque: readonly string[] }>> = {
  'of one tensor': { write: (b, x) => b.node('Sin', [x]), opaque: ['Sin'] },
  'one after the other': { write: (b, x) => b.node('Atan', [b.node('Sin', [x])]), opaque: ['Sin', 'Atan'] },
  'beside known ones': {
    write: (b, x) => b.node('AddV2', [b.node('Tanh', [b.node('Cos', [x])]), b.node('Atan', [x])]),
    opaque: ['Cos', 'Atan'],
  },
  'of a constant that nodes compute': {
    write: (b, x) => b.node('Atan2', [x, b.node('AddV2', [b.weight([3]), b.floats([], [2])])]),
    opaque: ['Atan2'],
  },
  'which known ones read': {
    write: (b, x) => b.node('RealDiv', [x, b.node('Cosh', [x])]),
    opaque: ['Cosh'],
  },
  "attention as Keras's layer of several heads writes it": {
    write: (b, x) => {
      const rows = b.node('Reshape', [x, b.ints([1, 20, 3])]);
      const scores = b.node('Einsum', [rows, rows], { equation: 'bic,bjc->bij', N: 2 });
      const mixed = b.node('Einsum', [b.node('Softmax', [scores]), rows], { equation: 'bij,bjc->bic', N: 2 });
      return b.node('Reshape', [mixed, b.ints([1, 5, 4, 3])]);
    },
    opaque: ['Einsum'],
  },
  'with several outputs, of whole numbers too': {
    write: (b, x) => {
      const best = b.node('TopKV2', [b.node('Reshape', [x, b.ints([1, 60])]), b.int(60)], { sorted: true });
      const half = b.node('FloorDiv', [`${best}:1`, b.int(2)]);
      const shifted = b.node('Identity', [b.node('Reshape', [half, b.ints([60])])]);
      const taken = b.node('GatherV2', [b.node('Reshape', [best, b.ints([60])]), shifted, b.int(0)]);
      return b.node('Reshape', [taken, b.ints([1, 5, 4, 3])]);
    },
    opaque: ['TopKV2', 'FloorDiv', 'GatherV2'],
  },
};

for (const [name, { write, opaque }] of Object.entries(cases)) {
  test(name, async () => {
    const builder = around(write);
    const model = await builder.load();
    const sized = await (await networkOf(model)).at();
    const { graph, layers } = sized;
    const found = graph.nodes.flatMap(({ operation }) =>
      operation.kind === 'opaque' ? [operation.layerClass] : [],
    );
    assert.equal([...new Set(found)].sort(), [...opaque].sort());

    const count = 3;
    const x = tf.tensor4d(builder.random.floats(count * 40), [count, 5, 4, 2]);
    const [input = -1] = graph.inputs;
    const output = graph.outputs[0]?.node ?? -1;
    // The file may be written for a batch of one.
    const expected = tf.tidy(() =>
      tf.concat(tf.split(x, count).map((one) => model.execute(one, 'y') as tf.Tensor)),
    );
    // Weights are there from the first run on.
    tf.dispose(sized.run(new Map([[input, x]]), [output]));
    const before = tf.memory().numTensors;
    const [whole] = sized.run(new Map([[input, x]]), [output]);
    assert.is(tf.memory().numTensors, before + 1, 'nothing is left over');
    assertClose(await whole.data(), await expected.data(), { absolute: 1e-5, ofLargest: 1e-5 });

    // Cut at a node in front: what lies behind it is the same.
    const target = layers.find((layer) => layer.name === 'map')?.node ?? -1;
    const [map] = sized.run(new Map([[input, x]]), [target]);
    const [rest, again] = sized.run(new Map([[target, map]]), [output, target]);
    assertClose(await rest.data(), await expected.data(), { absolute: 1e-5, ofLargest: 1e-5 });
    assertClose(await again.data(), await map.data(), { absolute: 0 });
    tf.dispose([whole, map, rest, again, expected, x]);
    model.dispose();
  });
}

test('gradients go through them', async () => {
  const model = await around((b, x) => b.node('Sin', [x])).load();
  const sized = await (await networkOf(model)).at();
  const [input = -1] = sized.graph.inputs;
  const output = sized.graph.outputs[0]?.node ?? -1;
  const x = tf.tensor4d(seededRandom(2).floats(80), [2, 5, 4, 2]);
  const own = tf.grad((at: tf.Tensor) => tf.sum(sized.run(new Map([[input, at]]), [output])[0]))(x);
  const theirs = tf.grad((at: tf.Tensor) => tf.sum(model.execute(at, 'y') as tf.Tensor))(x);
  assertClose(await own.data(), await theirs.data(), { absolute: 1e-5, ofLargest: 1e-5 });
  tf.dispose([own, theirs, x]);
  model.dispose();
});

test('what TensorFlow.js does not know, or does not run at once, is said', async () => {
  for (const [op, pattern] of [
    ['Frobnicate', /Frobnicate.*no rule/],
    ['Where', /Where.*no rule/],
    ['StatelessWhile', /StatelessWhile.*no rule/],
  ] as const) {
    const model = await around((b, x) => b.node(op, [x])).load();
    await assertRefused(() => networkOf(model), 'unsupported-layer', pattern);
    model.dispose();
  }
});

test.run();
