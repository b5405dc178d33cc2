import * as tf from '@tensorflow/tfjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose } from '@ablation-cam/tools/testing';
import { networkOf, useBackend, type SizedNetwork } from '../src/index.ts';
import { smallGraphModel } from './support/graph-model/small-graph-model.ts';

const test = suite('networks on TensorFlow.js, their biases and rectifiers in the operations before them');

test.before(async () => {
  await useBackend('wasm');
});

const SIZE = [12, 10, 2];

async function opened(): Promise<{ readonly sized: SizedNetwork; readonly dispose: () => void }> {
  const model = await smallGraphModel().load();
  const sized = await (await networkOf(model)).at([SIZE]);
  await sized.ready();
  return {
    sized,
    dispose: () => {
      model.dispose();
    },
  };
}

function logitsOf(network: SizedNetwork, x: tf.Tensor): tf.Tensor {
  const [input = -1] = network.graph.inputs;
  const [output] = network.graph.outputs;
  return network.run(new Map([[input, x]]), [output?.logits ?? -1] as const)[0];
}

test('no pass of its own over a tensor where nobody asks for gradients', async () => {
  const { sized, dispose } = await opened();
  const x = tf.randomUniform([2, ...SIZE], -1, 1, 'float32', 3);
  const { kernelNames } = await tf.profile(() => logitsOf(sized, x));
  for (const name of ['FusedConv2D', 'FusedDepthwiseConv2D', '_FusedMatMul'])
    assert.ok(kernelNames.includes(name));
  assert.equal(
    kernelNames.filter((name) => /^(Add|Multiply|Relu|Relu6|ClipByValue)$/.test(name)),
    [],
  );
  x.dispose();
  dispose();
});

test('gradients are those of single operations, and those of weights are not computed', async () => {
  const { sized, dispose } = await opened();
  const x = tf.randomUniform([1, ...SIZE], -1, 1, 'float32', 4);
  const direction = tf.randomUniform([1, ...SIZE], -1, 1, 'float32', 5);
  const score = (z: tf.Tensor): tf.Tensor => tf.sum(tf.slice(logitsOf(sized, z), [0, 1], [1, 1]));
  const found: tf.Tensor[] = [];
  const { kernelNames } = await tf.profile(() => {
    const gradient = tf.grad(score)(x);
    found.push(gradient);
    return gradient;
  });
  assert.ok(kernelNames.includes('Conv2D') && kernelNames.includes('Conv2DBackpropInput'));
  assert.equal(
    kernelNames.filter((name) => /Fused|BackpropFilter/.test(name)),
    [],
  );
  // What runs fused, a small step to either side; a rectifier may bend between them.
  const at = (scale: number): tf.Tensor => score(tf.add(x, tf.mul(direction, scale)));
  const difference = tf.tidy(() => tf.div(tf.sub(at(2e-3), at(-2e-3)), 4e-3));
  const slope = tf.tidy(() => tf.sum(tf.mul(found[0] ?? x, direction)));
  assertClose(await difference.data(), await slope.data(), { ofLargest: 0.02, absolute: 1e-3 });
  tf.dispose([x, direction, difference, slope, ...found]);
  dispose();
});

test.run();
