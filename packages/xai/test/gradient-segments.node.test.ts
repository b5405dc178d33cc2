import * as tf from '@tensorflow/tfjs';
import { networkOf, useBackend, type SizedNetwork } from '@ablation-cam/model';
import { assertClose } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { logitOf } from '../src/index.ts';
import { layerGradient } from '../src/gradients/layer-gradient.ts';
import { narrowNodes, segmentEnds, waypoints } from '../src/gradients/segments.ts';
import { bindTarget, type BoundTarget } from '../src/targets/bound-target.ts';
import { setRandomWeights } from './support/models.ts';
import { ON_TENSORFLOW } from './support/on-tensorflow.ts';

const test = suite('gradients in segments');

const INPUTS = 24;
const SHAPE = [INPUTS, 32, 32, 16];

/** Two residual blocks, the second around two branches, and a second input that goes around all but the last. */
function residualModel(): tf.LayersModel {
  const conv = (name: string): tf.layers.Layer =>
    tf.layers.conv2d({ filters: 16, kernelSize: 3, padding: 'same', activation: 'tanh', name });
  const add = (name: string, ...parts: tf.SymbolicTensor[]): tf.SymbolicTensor =>
    tf.layers.add({ name }).apply(parts) as tf.SymbolicTensor;
  const call = (layer: tf.layers.Layer, x: tf.SymbolicTensor): tf.SymbolicTensor =>
    layer.apply(x) as tf.SymbolicTensor;
  const [input, other] = ['input', 'other'].map((name) => tf.input({ shape: [32, 32, 16], name }));
  const stem = call(conv('stem'), input!);
  const first = add('first', stem, call(conv('c1'), stem));
  const second = add('second', first, call(conv('c2'), first), call(conv('c3'), first));
  const joined = add('joined', second, call(conv('around'), other!));
  const pooled = call(tf.layers.globalAveragePooling2d({ name: 'pool' }), joined);
  const output = call(tf.layers.dense({ units: 3, activation: 'softmax', name: 'classes' }), pooled);
  const model = tf.model({ inputs: [input!, other!], outputs: output });
  setRandomWeights(model, 5);
  return model;
}

/** Of a layer or an input. */
const nodeOf = ({ network, graph, layers }: SizedNetwork, name: string): number =>
  layers.find((layer) => layer.name === name)?.node ??
  graph.inputs[network.inputs.findIndex((input) => input.name === name)] ??
  -1;

async function prepare(): Promise<{ network: SizedNetwork; target: BoundTarget }> {
  await useBackend('wasm');
  const network = await (await networkOf(residualModel())).at();
  await network.ready();
  return { network, target: bindTarget(logitOf(1), network.graph, network.graph.outputs[0]!) };
}

test('the way is narrow between residual blocks, not inside', async () => {
  const { network, target } = await prepare();
  const { graph, layers } = network;
  const all = new Set(layers.map(({ node }) => node));
  const named = (from: string): string[] =>
    narrowNodes(graph, nodeOf(network, from), target.node, all).map(
      (node) => layers.find((layer) => layer.node === node)?.name ?? '',
    );
  assert.equal(named('input'), ['stem', 'first', 'second', 'joined', 'pool']);
  assert.equal(named('c2'), ['second', 'joined', 'pool']);
  assert.equal(named('other'), ['around', 'joined', 'pool']);
  assert.equal(narrowNodes(graph, target.node, target.node, all), []);
  assert.equal(narrowNodes(graph, nodeOf(network, 'first'), target.node, new Set()), []);
});

test('segments are as long as they may be, and one piece where it cannot be divided', () => {
  const cost = (node: number): number => (node === 7 ? 20 : 1);
  const ends = (most: number, narrow = [2, 3, 5, 8, 9]): number[] => segmentEnds(narrow, 0, 10, cost, most);
  assert.equal(ends(100), []);
  assert.equal(ends(5), [5, 8]);
  assert.equal(ends(3), [3, 5, 8]);
  assert.equal(ends(0), [2, 3, 5, 8, 9]);
  assert.equal(ends(3, []), []);
});

for (const from of ['input', 'stem', 'c2', 'other']) {
  test(`the gradient of "${from}" is that of the whole way, and leaves no tensors behind`, async () => {
    const { network, target } = await prepare();
    const node = nodeOf(network, from);
    const points = waypoints(network, node, target.node, INPUTS);
    assert.ok(points.length > 1, 'the model is too small for segments');
    const inputs = [1, 2].map((seed) => tf.randomNormal(SHAPE, 0, 1, 'float32', seed));
    const feeds = new Map(network.graph.inputs.map((id, i) => [id, inputs[i]!]));
    const [at] = network.run(feeds, [node] as const);
    const values = tf.tidy(() => target.head(network.run(feeds, [target.node] as const)[0]));
    const aims = await target.aims(values);
    const cotangent = await target.gradient(values, aims);

    const before = tf.memory().numTensors;
    const start = { node, at, inputs };
    const found = await layerGradient(
      { network, runtime: ON_TENSORFLOW, signal: undefined },
      start,
      target,
      (compute) => {
        const own = compute();
        assertClose(own.dataSync(), values.dataSync(), { ofLargest: 1e-7 });
        own.dispose();
        return Promise.resolve(cotangent);
      },
    );
    assert.is(tf.memory().numTensors, before);

    const whole = tf.tidy(() =>
      tf
        .grad((x) => target.head(network.run(new Map([...feeds, [node, x]]), [target.node] as const)[0]))(
          at,
          tf.tensor(Float32Array.from(cotangent.data), [...cotangent.shape]),
        )
        .dataSync(),
    );
    // The same operations in the same order.
    assertClose(found, whole, { ofLargest: 1e-6 });
    assert.ok(whole.some((value) => value !== 0));
    tf.dispose([at, values, ...inputs]);
  });
}

test('an abort ends the gradient between segments, and leaves no tensors behind', async () => {
  const { network, target } = await prepare();
  const node = nodeOf(network, 'stem');
  const inputs = [1, 2].map((seed) => tf.randomNormal(SHAPE, 0, 1, 'float32', seed));
  const at = tf.randomNormal(SHAPE, 0, 1, 'float32', 3);
  const before = tf.memory().numTensors;
  const controller = new AbortController();
  const { signal } = controller;
  const start = { node, at, inputs };
  const ending = layerGradient({ network, runtime: ON_TENSORFLOW, signal }, start, target, (compute) => {
    compute().dispose();
    controller.abort(new Error('enough'));
    return Promise.resolve({ shape: [INPUTS, 3], data: new Float64Array(INPUTS * 3).fill(1) });
  });
  let reason: unknown;
  await ending.catch((error: unknown) => {
    reason = error;
  });
  assert.is(reason, signal.reason);
  assert.is(tf.memory().numTensors, before);
  tf.dispose([at, ...inputs]);
});

test.run();
