import * as assert from 'uvu/assert';
import { deviceSuite, seededRandom } from '@ablation-cam/tools/testing';
import {
  bytesPerInput,
  bytesPerVariant,
  describePlan,
  planSteps,
  runBytes,
  chunkSizes,
  webGpuExecutor,
  type AblationInput,
  type AblationOutput,
  type Device,
  type StepPlan,
  type Tail,
} from '../src/index.ts';
import { NetworkBuilder } from './support/networks/network-builder.ts';
import { sharedDevice } from './support/shared-device.ts';

const POSITIONS = 36;
const CLASSES = 4;

/** Buffers that a prepared plan keeps for its next run; the suite sees to it that they go with the plan. */
const MOST_KEPT = 32 * 1024 * 1024;

const test = await deviceSuite('chunks of variants on WebGPU', sharedDevice, { isShared: true });

/** Convolution, ReLU, pooling and two dense layers behind K channels. */
function tailOf(channels: number): Tail {
  const net = new NetworkBuilder([6, 6, channels]);
  let x = net.activation('conv', net.convolution('conv', net.input, 8, 3), 'relu');
  x = net.pool('pool', x, 'max', 2, 2);
  x = net.activation('dense', net.dense('dense', net.flatten('flatten', x), 12), 'relu');
  net.dense('logits', x, CLASSES);
  return net.tail('input');
}

/** A plan whose budget holds that many variants of one input. */
function budgetedPlan(channels: number, variants: number): StepPlan {
  const whole = planSteps(tailOf(channels));
  const budgetBytes = bytesPerInput(whole, CLASSES) + variants * bytesPerVariant(whole);
  return planSteps(tailOf(channels), { budgetBytes });
}

async function run(
  device: Device,
  plan: StepPlan,
  options: Partial<AblationInput> = {},
): Promise<AblationOutput> {
  const prepared = await webGpuExecutor(device).prepare(plan);
  const weightBytes = device.liveBytes;
  device.resetPeak();
  const { inputs = 1 } = options;
  try {
    return await prepared.run({
      inputs,
      activation: seededRandom(1).floats(inputs * POSITIONS * plan.channels),
      logits: new Float32Array(inputs * CLASSES),
      ablation: { kind: 'channel-mean' },
      score: 'logit',
      weighting: 'slope',
      norm: 2,
      classes: 'all',
      ...options,
    });
  } finally {
    const peak = device.peakBytes - weightBytes;
    assert.ok(peak <= runBytes(plan, chunkSizes(plan, inputs, CLASSES), CLASSES), 'within the plan');
    assert.ok(peak <= plan.budgetBytes, 'within the budget');
    assert.ok(device.liveBytes - weightBytes <= MOST_KEPT, 'little is kept for the next run');
    prepared.dispose();
  }
}

test('8 and 512 channels take the same dispatches, as many as the plan says', async ({ device }) => {
  const plans = [8, 512].map((channels) => planSteps(tailOf(channels)));
  for (const plan of plans) {
    const { dispatches } = await run(device, plan);
    assert.is(dispatches.ablation, describePlan(plan).dispatches);
  }
  assert.is(...(plans.map((plan) => describePlan(plan).dispatches) as [number, number]));
});

test('progress counts the chunks of variants: K / as many as the budget holds, rounded up', async ({
  device,
}) => {
  for (const [channels, variants] of [
    [20, 20],
    [20, 7],
    [64, 10],
    [5, 1],
  ] as const) {
    const done: number[] = [];
    await run(device, budgetedPlan(channels, variants), {
      inputs: 2,
      onProgress: (count) => done.push(count),
    });
    const chunks = Math.ceil(channels / variants);
    assert.is(done.length, 2 * chunks);
    assert.is(done[chunks - 1], 1);
    assert.is(done.at(-1), 2);
    assert.equal(
      done,
      done.toSorted((a, b) => a - b),
    );
  }
});

test('an abort ends the run at the next chunk of variants', async ({ device }) => {
  const controller = new AbortController();
  const done: number[] = [];
  const error = await run(device, budgetedPlan(20, 5), {
    signal: controller.signal,
    onProgress: (count) => {
      done.push(count);
      controller.abort();
    },
  }).catch((reason: unknown) => reason);
  assert.is((error as Error).name, 'AbortError');
  assert.equal(done, [0.25]);
});

test.run();
