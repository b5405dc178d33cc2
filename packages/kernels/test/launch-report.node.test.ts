import * as assert from 'uvu/assert';
import { deviceSuite, halved, seededRandom } from '@ablation-cam/tools/testing';
import {
  bytesPerInput,
  bytesPerVariant,
  launchReport,
  planSteps,
  planTail,
  webGpuExecutor,
  type Device,
  type LayoutName,
  type Plan,
} from '../src/index.ts';
import { NetworkBuilder } from './support/networks/network-builder.ts';
import { naiveDeltas } from './support/naive-deltas.ts';
import { randomTail, type RandomTail } from './support/random-tail.ts';
import { separableTail } from './support/separable-tails.ts';
import { sharedDevice } from './support/shared-device.ts';

const LAYOUTS = ['wide', 'serial'] as const;
/** Each takes some 20 kernels, which a software driver compiles for half a second each. */
const SEEDS = 4;

const test = await deviceSuite('the launch report', sharedDevice, { isShared: true });

/** What a run asks of the device. */
interface Asked {
  submissions: number;
  waits: number;
}

/** Counts what is asked of a device while `work` runs. */
async function counted<T>({ gpu }: Device, work: () => Promise<T>): Promise<{ result: T; asked: Asked }> {
  const asked: Asked = { submissions: 0, waits: 0 };
  const { queue } = gpu;
  const [submit, done] = [queue.submit.bind(queue), queue.onSubmittedWorkDone.bind(queue)];
  queue.submit = (commands) => {
    asked.submissions++;
    submit(commands);
  };
  queue.onSubmittedWorkDone = () => {
    asked.waits++;
    return done();
  };
  try {
    return { result: await work(), asked };
  } finally {
    queue.submit = submit;
    queue.onSubmittedWorkDone = done;
  }
}

async function assertReported(
  device: Device,
  plan: Plan,
  random: RandomTail,
  layout: LayoutName,
): Promise<void> {
  const { limits } = device;
  const report = launchReport(plan, { layout, limits });
  const prepared = await webGpuExecutor(device, { layout, mapMaker: 'gpu' }).prepare(plan);
  try {
    const { result, asked } = await counted(device, () =>
      prepared.run({
        inputs: 1,
        activation: random.activation,
        logits: Float32Array.from(naiveDeltas(random).logits),
        ablation: { kind: 'values', values: random.off },
        constants: random.constants,
        score: 'probability',
        weighting: 'relative-drop',
        norm: 2,
        classes: 'predicted',
      }),
    );
    const { dispatches } = result;
    const what = `seed ${String(random.seed)}, ${layout}`;
    assert.is(report.dispatchCount, dispatches.ablation + dispatches.map, `dispatches of ${what}`);
    assert.is(report.submissions, asked.submissions, `submissions of ${what}`);
    // The last chunk of variants but one is waited for together with what is read back.
    assert.is(report.hostWaits, Math.max(1, asked.waits), `waits of ${what}`);
  } finally {
    prepared.dispose();
  }
}

test('counts the dispatches, submissions and waits that a run makes', async ({ device }) => {
  for (let seed = 0; seed < SEEDS; seed++) {
    const random = randomTail(seed);
    const whole = planTail(random.tail, { limits: device.limits });
    for (const layout of LAYOUTS) await assertReported(device, whole, random, layout);
  }
});

test('counts chunks of variants, of which the host waits for all but two', async ({ device }) => {
  let checked = 0;
  for (let seed = 0; checked < 3; seed++) {
    const random = randomTail(seed);
    const whole = planSteps(random.tail);
    const budgetBytes = bytesPerInput(whole) + Math.ceil(whole.channels / 4) * bytesPerVariant(whole);
    const plan = planSteps(random.tail, { budgetBytes });
    if (launchReport(plan).submissions <= 2) continue;
    checked++;
    for (const layout of LAYOUTS) await assertReported(device, plan, random, layout);
  }
});

test('dispatches of a heavy tail take no longer than 200 ms on an integrated GPU', () => {
  const net = new NetworkBuilder([56, 56, 512]);
  const x = net.activation('conv', net.convolution('conv', net.input, 64, 3), 'relu');
  const y = net.activation('deep', net.convolution('deep', x, 512, 3), 'relu');
  net.dense('logits', net.globalAverage('gap', y), 10);
  const plan = planSteps(net.tail('input'));
  for (const inputs of [1, 4]) {
    const { dispatches, chunk, submissions } = launchReport(plan, { adapter: 'integrated', inputs });
    assert.is(chunk.inputs, 1);
    assert.ok(chunk.variants < plan.channels && submissions >= inputs * 2);
    for (const { name, estimate } of dispatches) assert.ok(estimate.ms <= 200, `${name}: ${estimate.ms} ms`);
    // As few chunks as that takes: twice as many variants would take longer.
    assert.ok(dispatches.some(({ estimate }) => estimate.ms > 100));
  }
});

test('no thread takes long where a convolution and a mean over all positions are one dispatch', () => {
  const net = new NetworkBuilder([12, 12, 192]);
  const x = net.activation('conv', net.convolution('conv', net.input, 192, 3), 'relu');
  const y = net.activation('deep', net.convolution('deep', x, 192, 3), 'relu');
  net.dense('logits', net.globalAverage('gap', y), 10);
  const { dispatches } = launchReport(planSteps(net.tail('input')));
  assert.ok(dispatches.some(({ name }) => name === 'reduce-blocks'));
  // With all windows that fill the hardware together they would be 22,464.
  for (const { name, turns } of dispatches) assert.ok(turns <= 8192, `${name}: ${String(turns)} turns`);
});

test('a layer keeps its kernel once, whatever it is taken on', () => {
  const [filters, units, classes] = [8, 16, 24];
  const net = new NetworkBuilder([4, 4, 6]);
  const x = net.activation('conv', net.convolution('conv', net.input, filters, 3), 'relu');
  const y = net.activation('dense', net.dense('dense', net.flatten('flatten', x), units), 'relu');
  net.dense('logits', y, classes);
  const { weightBytes } = launchReport(planSteps(net.tail('input')));
  // Behind the rows of a kernel stand bias and scale.
  const rows = [(9 * 6 + 2) * filters, (16 * filters + 2) * units, (units + 2) * classes];
  assert.is(
    weightBytes,
    rows.reduce((sum, length) => sum + 4 * length, 0),
  );
});

test('a kernel that halves hold takes half the memory, in the wide layout', () => {
  const [channels, units] = [6, 16];
  const net = new NetworkBuilder([4, 4, channels]);
  net.dense('logits', net.globalAverage('gap', net.input), units);
  const [kernel] = net.nodes.flatMap(({ operation }) =>
    operation.kind === 'dense' ? [operation.kernel] : [],
  );
  const bytes = (layout: LayoutName): number =>
    launchReport(planSteps(net.tail('input')), { layout }).weightBytes;
  const constants = 4 * 2 * units;
  assert.is(bytes('wide'), 4 * channels * units + constants);
  kernel?.set(halved(seededRandom(1).floats(channels * units)));
  assert.is(bytes('wide'), 2 * channels * units + constants);
  assert.is(bytes('serial'), 4 * channels * units + constants);
});

test('estimates a faster adapter to be faster, and says by what a dispatch is bound', () => {
  const tail = separableTail(
    { shape: [14, 14, 512], classes: 1000, scoreFunction: 'softmax', layers: 'g' },
    seededRandom(1),
  );
  const plan = planTail(tail);
  const reports = (['integrated', 'desktop', 'datacenter'] as const).map((adapter) =>
    launchReport(plan, { adapter }),
  );
  const times = reports.map(({ estimate }) => estimate.ms);
  assert.equal(
    times,
    times.toSorted((a, b) => b - a),
  );
  for (const { estimate, dispatches } of reports) {
    assert.ok(estimate.ms >= Math.max(estimate.launchMs, estimate.bandwidthMs, estimate.arithmeticMs));
    for (const dispatch of dispatches) assert.ok(dispatch.estimate.ms > 0, dispatch.name);
  }
  const [scoring] = reports[0]?.dispatches.filter(({ name }) => name === 'score-rows') ?? [];
  assert.ok((scoring?.barriers ?? 0) > 0);
});

test.run();
