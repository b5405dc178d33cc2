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

test('the next chunk of inputs is submitted before the last has come back', async ({ device }) => {
  const whole = planSteps(tailOf(20));
  // Room for two inputs.
  const perInput = bytesPerInput(whole, CLASSES) + 20 * bytesPerVariant(whole);
  const plan = planSteps(tailOf(20), { budgetBytes: 2 * perInput });
  const events: string[] = [];
  const { queue } = device.gpu;
  const submit = queue.submit.bind(queue);
  queue.submit = (commands) => {
    events.push('submitted');
    submit(commands);
  };
  try {
    await run(device, plan, { inputs: 7, onProgress: (count) => events.push(`${String(count)} done`) });
  } finally {
    queue.submit = submit;
  }
  // Whatever comes back first: two are under way at a time, in order.
  assert.equal(events.slice(0, 2), ['submitted', 'submitted']);
  assert.equal(
    events.filter((event) => event !== 'submitted'),
    ['2 done', '4 done', '6 done', '7 done'],
  );
  let underWay = 0;
  for (const event of events) {
    underWay += event === 'submitted' ? 1 : -1;
    assert.ok(underWay <= 2, events.join(', '));
  }
  // The last chunk is smaller: its buffers take the place of the others'.
  assert.equal(events.slice(-3), ['6 done', 'submitted', '7 done']);
});

test('an error in a chunk of inputs ends the run, and the next one begins anew', async ({ device }) => {
  const whole = planSteps(tailOf(20));
  const budgetBytes = bytesPerInput(whole, CLASSES) + 20 * bytesPerVariant(whole);
  const prepared = await webGpuExecutor(device).prepare(planSteps(tailOf(20), { budgetBytes }));
  const before = device.liveBuffers;
  const input = {
    inputs: 4,
    activation: seededRandom(1).floats(4 * POSITIONS * 20),
    logits: new Float32Array(4 * CLASSES),
    ablation: { kind: 'channel-mean' },
    score: 'logit',
    weighting: 'slope',
    norm: 2,
    classes: 'all',
  } as const;
  try {
    const expected = await prepared.run(input);
    const controller = new AbortController();
    const done: number[] = [];
    const onProgress = (count: number): void => {
      done.push(count);
      controller.abort();
    };
    const error = await prepared
      .run({ ...input, signal: controller.signal, onProgress })
      .catch((reason: unknown) => reason);
    assert.is((error as Error).name, 'AbortError');
    // The second was under way already.
    assert.equal(done, [1, 2]);
    assert.is(device.liveBuffers, before, 'what the run used is given back');
    assert.equal((await prepared.run(input)).weights, expected.weights);
  } finally {
    prepared.dispose();
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
