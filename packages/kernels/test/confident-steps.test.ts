import { deviceSuite, seededRandom } from '@ablation-cam/tools/testing';
import * as assert from 'uvu/assert';
import { planTail, webGpuExecutor, type Tail } from '../src/index.ts';
import { naiveAblation } from './support/naive-ablation.ts';
import { NetworkBuilder } from './support/networks/network-builder.ts';
import { sharedDevice } from './support/shared-device.ts';

const CHANNELS = 24;
const CLASSES = 5;

const test = await deviceSuite('confident predictions, plans in steps', sharedDevice, { isShared: true });

/** Convolution, ReLU, pooling and two dense layers, the last of which lifts class 2 by `margin`. */
function tailWith(margin: number): Tail {
  const random = seededRandom(4);
  const net = new NetworkBuilder([6, 6, CHANNELS]);
  const conv = net.activation('conv', net.convolution('conv', net.input, 16, 3), 'relu');
  const pooled = net.pool('pool', conv, 'max', 2, 2);
  const hidden = net.activation('dense', net.dense('dense', net.flatten('flatten', pooled), 20), 'relu');
  net.dense('logits', hidden, CLASSES);
  const tail = net.tail('input');
  const nodes = tail.nodes.map((node, index) => {
    const { operation } = node;
    if (operation.kind !== 'dense' && operation.kind !== 'convolution') return node;
    const { length } = operation.kernel;
    const outputs = operation.kind === 'dense' ? operation.units : operation.filters;
    const scale = Math.sqrt((6 * outputs) / length);
    const bias = new Float32Array(outputs);
    if (index === tail.output) bias[2] = margin;
    return { ...node, operation: { ...operation, kernel: random.floats(length, -scale, scale), bias } };
  });
  return { ...tail, nodes };
}

/** As the best loop in float32 has it: softmaxes of logits that were rounded but once, subtracted. */
function float32Weights(logits: Float32Array, ablated: Float32Array): Float32Array {
  const probabilities = (row: Float32Array): Float32Array => {
    const terms = row.map((z) => Math.exp(Math.fround(z - Math.max(...row))));
    const sum = terms.reduce((total, term) => Math.fround(total + term), 0);
    return terms.map((term) => term / sum);
  };
  const y = probabilities(logits);
  return Float32Array.from({ length: CHANNELS }, (_, k) => {
    const without = probabilities(ablated.subarray(k * CLASSES, (k + 1) * CLASSES));
    return Math.fround(y[2]! - without[2]!) / y[2]!;
  });
}

for (const [margin, layout] of [
  [16, 'serial'],
  [20, 'wide'],
] as const) {
  test(`closer to float64 than a float32 loop, class 2 lifted by ${String(margin)}, ${layout}`, async ({
    device,
  }) => {
    const tail = tailWith(margin);
    const input = {
      inputs: 1,
      activation: seededRandom(6).floats(36 * CHANNELS, 0, 1),
      ablation: { kind: 'values', values: new Float32Array(CHANNELS) },
      score: 'probability',
      weighting: 'relative-drop',
      norm: 2,
      classes: [2],
    } as const;
    const naive = naiveAblation(tail, input);
    const exact = naive.weights.subarray(2 * CHANNELS, 3 * CHANNELS);
    const logits = Float32Array.from(naive.logits);
    const others = Math.max(...naive.logits.filter((_, c) => c !== 2));
    assert.ok((naive.logits[2] ?? 0) - others > 11, 'p > 0.9999');

    const plan = planTail(tail);
    assert.is(plan.kind, 'steps');
    const ablated = Float32Array.from(naiveAblation(tail, { ...input, score: 'logit' }).ablatedScores);
    const ours = await webGpuExecutor(device, { layout }).prepare(plan);
    try {
      const { weights } = await ours.run({ ...input, logits });
      const ownError = worst(weights, exact);
      const loopError = worst(float32Weights(logits, ablated), exact);
      const largest = Math.max(...exact.map(Math.abs));
      assert.ok(ownError <= 1e-4 * largest, `error ${String(ownError / largest)} of the largest weight`);
      assert.ok(10 * ownError < loopError, `ours ${String(ownError)}, the loop's ${String(loopError)}`);
    } finally {
      ours.dispose();
    }
  });
}

function worst(found: ArrayLike<number>, expected: Float64Array): number {
  return expected.reduce((most, value, at) => Math.max(most, Math.abs((found[at] ?? NaN) - value)), 0);
}

test.run();
