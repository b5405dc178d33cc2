import * as tf from '@tensorflow/tfjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose } from '@ablation-cam/tools/testing';
import {
  explain,
  functionOf,
  maskedPrediction,
  methodNames,
  releaseDevice,
  type Explanation,
} from '../src/index.ts';
import { dropAndIncrease } from '../src/metrics.ts';
import { randomInput, setRandomWeights } from './support/models.ts';

const test = suite('networks by their ends');

/** Sums of some hundred float32 products, and subtraction of scores that they make. */
const FLOAT32 = { ofLargest: 2e-5, absolute: 2e-6 };

type End = 'softmax' | 'logSoftmax' | 'sigmoid';

/** The same weights whatever the end, of which the types of TensorFlow.js do not know logSoftmax. */
function endingIn(end: End, units: number, isLayer: boolean, filters = 5): tf.LayersModel {
  const activation = end as 'softmax';
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters, kernelSize: 3, activation: 'relu', inputShape: [7, 6, 2], name: 'target' }),
      tf.layers.flatten(),
      tf.layers.dense({ units, activation: isLayer ? 'linear' : activation }),
      ...(isLayer ? [tf.layers.activation({ activation })] : []),
    ],
  });
  setRandomWeights(model, 12);
  return model;
}

const input = randomInput([7, 6, 2], 8);

async function only(...call: Parameters<typeof explain>): Promise<Explanation> {
  const { explanations } = await explain(...call);
  assert.is(explanations.length, 1);
  return explanations[0]!;
}

for (const isLayer of [false, true]) {
  const where = isLayer ? 'a layer' : 'an activation';
  test(`a log-softmax as ${where} is explained as its softmax by every method`, async () => {
    const [soft, log] = [endingIn('softmax', 4, isLayer), endingIn('logSoftmax', 4, isLayer)];
    const ways = [
      ...methodNames.map((method) => ({ method })),
      { method: 'ablation-cam', strategy: 'naive' },
      { method: 'ablation-cam', strategy: 'naive', ablation: 'zero-kernel' },
      { method: 'ablation-cam', executor: 'tfjs', score: 'logit' },
    ] as const;
    for (const way of ways) {
      const expected = await only(soft, input, way);
      const found = await only(log, input, way);
      const what = JSON.stringify(way);
      assertClose(found.probabilities ?? [], expected.probabilities ?? [NaN], FLOAT32, what);
      assertClose([found.classScore], [expected.classScore], FLOAT32, what);
      assertClose(found.mapSigned.data, expected.mapSigned.data, FLOAT32, what);
    }
    const map = await only(soft, input, { method: 'grad-cam' });
    const protocol = { kind: 'top-fraction', fraction: 0.4, baseline: 0 } as const;
    const drops = [soft, log].map((model) =>
      dropAndIncrease(model, input, [{ ...map, classIndex: 1 }], { protocol }),
    );
    const [expected, found] = await Promise.all(drops);
    assertClose([found?.[0]?.drop ?? NaN], [expected?.[0]?.drop ?? NaN], FLOAT32);
    const masked = [soft, log].map((model) => maskedPrediction(model, input, { channels: [1, 3] }));
    const [all, allOfLog] = await Promise.all(masked);
    assertClose(allOfLog?.probabilities ?? [], all?.probabilities ?? [NaN], FLOAT32);
    soft.dispose();
    log.dispose();
  });
}

test('a function is given the output as the network has it, by ablation as by gradients', async () => {
  for (const [end, units] of [
    ['logSoftmax', 4],
    ['softmax', 4],
    ['sigmoid', 3],
    ['sigmoid', 1],
  ] as const) {
    const model = endingIn(end, units, false);
    for (const of of ['output', 'logits'] as const) {
      const shapes = new Set<string>();
      const compute = (values: tf.Tensor): tf.Tensor => {
        shapes.add(values.shape.slice(1).join());
        return values.slice([0, units - 1], [-1, 1]);
      };
      const target = functionOf('the last unit', compute, of);
      const way = { target, ablation: 'zero', weighting: 'slope' } as const;
      const ablated = await only(model, input, { ...way, method: 'ablation-cam' });
      const naive = await only(model, input, { ...way, method: 'ablation-cam', strategy: 'naive' });
      const gradient = await only(model, input, { method: 'grad-cam', target });
      assertClose([ablated.classScore], [gradient.classScore], FLOAT32, `${end} ${of}`);
      assertClose(ablated.mapSigned.data, naive.mapSigned.data, FLOAT32, `${end} ${of}`);
      assert.equal([...shapes], [String(units)]);
    }
    model.dispose();
  }
});

test('a single channel is explained by the plan as by the loop', async () => {
  for (const end of ['softmax', 'logSoftmax', 'sigmoid'] as const) {
    const model = endingIn(end, end === 'sigmoid' ? 1 : 3, true, 1);
    const planned = await only(model, input, { method: 'ablation-cam' });
    for (const ablation of ['zero', 'zero-kernel', 'channel-mean'] as const) {
      const way = { method: 'ablation-cam', ablation } as const;
      const [plan, naive] = [
        await only(model, input, way),
        await only(model, input, { ...way, strategy: 'naive' }),
      ];
      assertClose(plan.weights ?? [], naive.weights ?? [NaN], FLOAT32, `${end} ${ablation}`);
    }
    assert.ok(Math.abs(planned.weights?.[0] ?? 0) > 1e-3);
    model.dispose();
  }
});

test.after(releaseDevice);

test.run();
