import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_LIMITS, describePlan, launchReport, planTail, type PlanDescription } from '../src/index.ts';
import { operationsOf } from '../src/operations/tail-operations.ts';
import { densenet121 } from './support/networks/densenet121.ts';
import { efficientNetB0 } from './support/networks/efficientnet-b0.ts';
import { mobileNetV2 } from './support/networks/mobilenet-v2.ts';
import type { NetworkBuilder } from './support/networks/network-builder.ts';
import { resnet50 } from './support/networks/resnet50.ts';
import { vgg16 } from './support/networks/vgg16.ts';
import { vgg7 } from './support/networks/vgg7.ts';

/** Multiply-adds worked out by hand for each architecture, to as many digits as are given. */
interface Row {
  readonly layer: string;
  readonly channels: number;
  /** Of the ablation beyond the forward pass. */
  readonly plan: string;
  /** Of K passes of the tail, with the forward pass. */
  readonly loop: string;
  readonly naiveLoop: string;
  readonly tailLoop: string;
  readonly gradCam: string;
}

const test = suite('plans of known networks');

const cases: readonly (readonly [string, () => NetworkBuilder, readonly Row[]])[] = [
  [
    'VGG16',
    vgg16,
    [
      row('block5_conv3', 512, '10.8G', '79G', '302', '5.9', '1.7'),
      row('block4_conv3', 512, '537G', '789G', '14', '1.4', '33'),
    ],
  ],
  [
    'ResNet-50',
    resnet50,
    [
      row('conv5_block3_out', 2048, '2M', '8.1G', '2050', '2048', '1.0'),
      row('conv5_block2_out', 2048, '346G', '455G', '23', '1.3', '86'),
    ],
  ],
  [
    'EfficientNet-B0',
    efficientNetB0,
    [
      row('top_activation', 1280, '1.3M', '2.0G', '1280', '1280', '1.0'),
      row('block7a_activation', 1152, '45.5G', '46G', '9.7', '1.0', '108'),
    ],
  ],
  [
    'MobileNetV2 with a dense head',
    () => mobileNetV2([256, 128, 5]),
    [
      row('Conv_1_relu', 1280, '43M', '0.76G', '1120', '10.7', '1.14'),
      row('block_16_expand_relu', 960, '0.41G', '34.8G', '407', '85', '2.1'),
      row('block_15_add', 160, '5.8G', '7.3G', '7.9', '1.2', '18'),
    ],
  ],
  ['DenseNet-121', densenet121, [row('conv5_block8_concat', 768, '15.6G', '48.6G', '118', '2.9', '6.4')]],
  [
    'VGG7',
    vgg7,
    [
      row('conv2d_3', 64, '512', '1.2G', '64', '64', '1.0'),
      row('conv2d_2', 64, '0.46G', '31G', '46', '64', '1.0'),
    ],
  ],
];

for (const [name, build, rows] of cases) {
  test(`${name}: operations and ratios are those worked out by hand`, () => {
    const network = build();
    const networkOperations = network.nodes.reduce(
      (sum, { operation, inputs, shape }) =>
        sum + operationsOf(operation, network.shape(inputs[0] ?? 0), shape),
      0,
    );
    for (const expected of rows) {
      const plan = planTail(network.tail(expected.layer));
      const found = describePlan(plan, { networkOperations });
      assert.is(found.channels, expected.channels, expected.layer);
      checkRow(found, expected, networkOperations);
    }
  });
}

/** Targets up to the middle of a network, besides those of the rows. */
const DEEPER: Readonly<Record<string, readonly string[]>> = {
  VGG16: ['block5_conv1', 'block3_conv3'],
  'ResNet-50': ['conv5_block1_out', 'conv4_block6_out', 'conv3_block4_out'],
  'EfficientNet-B0': ['block6d_add'],
  'DenseNet-121': ['conv5_block16_concat'],
  VGG7: ['conv2d_1', 'conv2d'],
};

for (const [name, build, rows] of cases) {
  test(`${name}: what targets launch fills a desktop GPU and comes near its bound`, () => {
    const network = build();
    for (const layer of [...rows.map((known) => known.layer), ...(DEEPER[name] ?? [])]) {
      const { dispatches, estimate } = launchReport(planTail(network.tail(layer)), { adapter: 'desktop' });
      for (const { name: kernel, turns, workgroups, occupancy } of dispatches) {
        const what = `${layer}: ${kernel}, ${String(turns)} turns in ${String(workgroups)} workgroups`;
        assert.ok(turns <= (workgroups < 256 ? 2048 : 16_384), what);
        assert.ok(occupancy >= 0.25, `${what}, ${String(occupancy)} of the threads that fit`);
      }
      const { ms, launchMs, bandwidthMs, arithmeticMs } = estimate;
      const bound = Math.max(launchMs, bandwidthMs, arithmeticMs);
      assert.ok(ms <= 3 * bound, `${layer}: ${String(ms)} ms where ${String(bound)} are the least`);
    }
  });
}

test('residual additions, depthwise convolutions and gates are planned without a fallback', () => {
  for (const [, build, rows] of cases) {
    const network = build();
    for (const { layer } of rows) {
      assert.equal(describePlan(planTail(network.tail(layer))).fallback, []);
    }
  }
});

test("VGG16's first dense layer, 411 MB, is read in parts that a buffer holds", () => {
  const plan = planTail(vgg16().tail('block5_conv3'));
  if (plan.kind !== 'steps') throw new Error('expected a plan in steps');
  const steps = [...plan.inputSteps, ...plan.variantSteps].filter(
    (step) => 'parts' in step && step.layers.includes('fc1') && step.parts.length > 0,
  );
  assert.ok(steps.length >= 2, 'of the base and of the deltas');
  for (const step of steps) {
    if (!('parts' in step)) continue;
    assert.is(step.parts.length, Math.ceil((25_088 * 4096 * 4) / DEFAULT_LIMITS.maxStorageBufferBindingSize));
    for (const { start, end } of step.parts) {
      assert.ok((end - start) * 4096 * 4 <= DEFAULT_LIMITS.maxStorageBufferBindingSize);
    }
    assert.is(
      step.parts.reduce((rows, { start, end }) => rows + end - start, 0),
      25_088,
    );
  }
});

test('linear bottlenecks stay low-rank up to the activation', () => {
  const plan = planTail(mobileNetV2([256, 128, 5]).tail('block_16_expand_relu'));
  if (plan.kind !== 'steps') throw new Error('expected a plan in steps');
  const labelOf = (name: string): unknown =>
    plan.labels[plan.tail.nodes.findIndex((node) => node.name === name)];
  assert.equal(labelOf('block_16_depthwise_relu'), { kind: 'one-channel' });
  assert.equal(labelOf('block_16_project_BN'), { kind: 'low-rank', rank: 1 });
  assert.equal(labelOf('Conv_1_BN'), { kind: 'low-rank', rank: 1 });
  assert.equal(labelOf('Conv_1_relu'), { kind: 'all', changed: 1280 });
});

function checkRow(found: PlanDescription, expected: Row, network: number): void {
  const { operations, ratios, channels } = found;
  const figures = {
    plan: operations.plan,
    loop: network + channels * operations.tail,
    naiveLoop: ratios.naiveLoop ?? NaN,
    tailLoop: ratios.tailLoop,
    gradCam: ratios.gradCam ?? NaN,
  };
  for (const [what, figure] of Object.entries(figures)) {
    const text = expected[what as keyof typeof figures];
    const { value, unit } = parse(text);
    // Within 2 %, or what the digits given leave open.
    const allowed = Math.max(0.02 * value, unit / 2);
    assert.ok(
      Math.abs(figure - value) <= allowed,
      `${expected.layer}: ${what} is ${figure}, expected ${text}`,
    );
  }
}

/** The number and the unit of its last digit. */
function parse(text: string): { value: number; unit: number } {
  const factor = text.endsWith('G') ? 1e9 : text.endsWith('M') ? 1e6 : 1;
  const digits = text.replace(/[GM]$/, '');
  const decimals = digits.split('.')[1]?.length ?? 0;
  return { value: Number(digits) * factor, unit: factor * 10 ** -decimals };
}

function row(
  layer: string,
  channels: number,
  plan: string,
  loop: string,
  naiveLoop: string,
  tailLoop: string,
  gradCam: string,
): Row {
  return { layer, channels, plan, loop, naiveLoop, tailLoop, gradCam };
}

test.run();
