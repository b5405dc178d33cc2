import { CLASSES } from './classic-networks.ts';
import type { TorchLayers } from './torch-layers.ts';

export function mobileNetV2(t: TorchLayers, image: string): string {
  let x = t.relu6(
    'features/features.0/features.0.2',
    t.batchNorm(
      'features.0.1',
      t.conv('features/features.0/features.0.0', image, 8, { kernel: 3, stride: 2 }),
    ),
  );
  for (const [i, [filters, stride]] of (
    [
      [8, 1],
      [12, 2],
    ] as const
  ).entries()) {
    const at = `features/features.${String(i + 1)}/conv`;
    const wide = t.channels(x) * 3;
    let y = t.relu6(
      `${at}/conv.0/conv.0.2`,
      t.batchNorm(`${at}/conv.0/conv.0.1`, t.conv(`${at}/conv.0/conv.0.0`, x, wide)),
    );
    y = t.relu6(
      `${at}/conv.1/conv.1.2`,
      t.batchNorm(
        `${at}/conv.1/conv.1.1`,
        t.conv(`${at}/conv.1/conv.1.0`, y, wide, { kernel: 3, stride, groups: wide }),
      ),
    );
    y = t.batchNorm(`${at}/conv.3`, t.conv(`${at}/conv.2`, y, filters));
    x = stride === 1 ? t.same('Add', `features/features.${String(i + 1)}`, [x, y]) : y;
  }
  x = t.relu6(
    'features/features.18/features.18.2',
    t.batchNorm('features/features.18/features.18.1', t.conv('features/features.18/features.18.0', x, 20)),
  );
  x = t.flatten(t.globalPool(x, ''));
  return t.linear('classifier.1', t.same('Dropout', 'classifier/classifier.0', [x]), CLASSES);
}

type Activation = (at: string, x: string) => string;

/** Squeeze and excitation. */
function excite(
  t: TorchLayers,
  at: string,
  x: string,
  squeezed: number,
  inner: Activation,
  gate: Activation,
): string {
  const pooled = t.globalPool(x, `/${at}/avgpool`);
  const small = inner(`${at}/activation`, t.conv(`${at}/fc1`, pooled, squeezed, { bias: true }));
  const scale = gate(`${at}/scale_activation`, t.conv(`${at}/fc2`, small, t.channels(x), { bias: true }));
  return t.same('Mul', at, [scale, x]);
}

export function mobileNetV3(t: TorchLayers, image: string): string {
  const hard: Activation = (at, x) => t.same('HardSwish', at, [x]);
  const gate: Activation = (at, x) => t.same('HardSigmoid', at, [x], { alpha: 1 / 6 });
  let x = hard(
    'features/features.0/features.0.2',
    t.batchNorm('bn0', t.conv('features/features.0/features.0.0', image, 8, { kernel: 3, stride: 2 }), 1e-3),
  );
  const at = 'features/features.1/block';
  let y = t.conv(`${at}/block.0/block.0.0`, x, 16);
  y = hard(`${at}/block.0/block.0.2`, y);
  y = hard(`${at}/block.1/block.1.2`, t.conv(`${at}/block.1/block.1.0`, y, 16, { kernel: 5, groups: 16 }));
  y = excite(t, `${at}/block.2`, y, 4, t.relu.bind(t), gate);
  x = t.same('Add', 'features/features.1', [t.conv(`${at}/block.3/block.3.0`, y, 8, { bias: true }), x]);
  x = hard(
    'features/features.16/features.16.2',
    t.conv('features/features.16/features.16.0', x, 24, { bias: true }),
  );
  x = hard('classifier/classifier.1', t.linear('classifier.0', t.flatten(t.globalPool(x)), 16));
  return t.linear('classifier.3', x, CLASSES);
}

export function efficientNet(t: TorchLayers, image: string): string {
  const silu: Activation = (at, x) => t.silu(at, x);
  const gate: Activation = (at, x) => t.same('Sigmoid', at, [x]);
  let x = silu(
    'features/features.0/features.0.2',
    t.conv('features/features.0/features.0.0', image, 8, { kernel: 3, stride: 2, bias: true }),
  );
  for (const [i, stride] of [1, 2].entries()) {
    const at = `features/features.1/features.1.${String(i)}/block`;
    let y = silu(`${at}/block.0`, t.batchNorm(`${at}/bn`, t.conv(`${at}/block.0`, x, 16), 1e-3));
    y = silu(`${at}/block.1`, t.conv(`${at}/block.1`, y, 16, { kernel: 3, stride, groups: 16, bias: true }));
    y = t.conv(`${at}/block.3`, excite(t, `${at}/block.2`, y, 2, silu, gate), 8, { bias: true });
    x = stride === 1 ? t.same('Add', `features/features.1/features.1.${String(i)}`, [y, x]) : y;
  }
  x = silu(
    'features/features.8/features.8.2',
    t.conv('features/features.8/features.8.0', x, 24, { bias: true }),
  );
  return t.linear('classifier.1', t.flatten(t.globalPool(x)), CLASSES);
}

function shuffle(t: TorchLayers, at: string, x: string): string {
  const channels = t.channels(x);
  const sizes = [0, 1, 2, 3].map((axis) => t.length(at, x, axis));
  const [batch = '', all = '', height = '', width = ''] = sizes;
  const perGroup = t.node(
    'Cast',
    at,
    [t.node('Cast', at, [t.node('Div', at, [all, t.scalar(2)])], { to: 7 })],
    { to: 7 },
  );
  const grouped = t.reshape(at, x, [batch, t.scalar(2), perGroup, height, width], channels);
  const moved = t.known(t.node('Transpose', at, [grouped], { perm: [0, 2, 1, 3, 4] }), channels);
  return t.reshape(at, moved, [batch, t.scalar(-1), height, width], channels);
}

export function shuffleNet(t: TorchLayers, image: string): string {
  let x = t.relu('conv1/conv1.2', t.conv('conv1/conv1.0', image, 8, { kernel: 3, stride: 2, bias: true }));
  const down = 'stage2/stage2.0';
  const left = t.relu(
    `${down}/branch1/branch1.4`,
    t.conv(
      `${down}/branch1/branch1.2`,
      t.conv(`${down}/branch1/branch1.0`, x, 8, { kernel: 3, stride: 2, groups: 8, bias: true }),
      8,
      { bias: true },
    ),
  );
  let right = t.relu(`${down}/branch2/branch2.2`, t.conv(`${down}/branch2/branch2.0`, x, 8, { bias: true }));
  right = t.conv(`${down}/branch2/branch2.3`, right, 8, { kernel: 3, stride: 2, groups: 8, bias: true });
  right = t.relu(`${down}/branch2/branch2.7`, t.conv(`${down}/branch2/branch2.5`, right, 8, { bias: true }));
  x = shuffle(t, down, t.concat(down, [left, right]));
  const at = 'stage2/stage2.1';
  // chunk(2, dim=1)
  const first = t.node('Split', at, [x, t.b.ints([8, 8])], { axis: 1 }, 2);
  const second = first.replace(/0$/, '1');
  t.known(first, 8);
  let y = t.relu(
    `${at}/branch2/branch2.2`,
    t.batchNorm(`${at}/branch2/branch2.1`, t.conv(`${at}/branch2/branch2.0`, t.known(second, 8), 8)),
  );
  y = t.conv(`${at}/branch2/branch2.3`, y, 8, { kernel: 3, groups: 8, bias: true });
  y = t.relu(`${at}/branch2/branch2.7`, t.conv(`${at}/branch2/branch2.5`, y, 8, { bias: true }));
  x = shuffle(t, at, t.concat(at, [first, y]));
  x = t.relu('conv5/conv5.2', t.conv('conv5/conv5.0', x, 20, { bias: true }));
  return t.linear('fc', t.known(t.node('ReduceMean', '', [x], { axes: [2, 3], keepdims: 0 }), 20), CLASSES);
}

/** LayerNorm over the last axis in parts, as versions before 17 have it. */
function layerNorm(t: TorchLayers, at: string, x: string): string {
  const channels = t.channels(x);
  const scalar = (value: number): string => t.b.floats([], [value]);
  const centered = t.node('Sub', at, [x, t.node('ReduceMean', at, [x], { axes: [-1] })]);
  const variance = t.node('ReduceMean', at, [t.node('Pow', at, [centered, scalar(2)])], { axes: [-1] });
  const deviation = t.node('Sqrt', at, [t.node('Add', at, [variance, scalar(1e-6)])]);
  const scaled = t.node('Mul', at, [
    t.node('Div', at, [centered, deviation]),
    t.b.weight([channels], 1, `${at}.weight`),
  ]);
  return t.known(t.node('Add', at, [scaled, t.b.weight([channels], 0.2, `${at}.bias`)]), channels);
}

function gelu(t: TorchLayers, at: string, x: string): string {
  const scalar = (value: number): string => t.b.floats([], [value]);
  const erf = t.node('Erf', at, [t.node('Div', at, [x, scalar(1.4142135381698608)])]);
  const gate = t.node('Mul', at, [x, t.node('Add', at, [erf, scalar(1)])]);
  return t.same('Mul', at, [t.known(gate, t.channels(x)), scalar(0.5)]);
}

/** x W + b over the last axis of more than two. */
function pointwise(t: TorchLayers, at: string, x: string, units: number): string {
  const inputs = t.channels(x);
  const product = t.node('MatMul', at, [x, t.b.weight([inputs, units], Math.sqrt(3 / inputs))]);
  return t.known(t.node('Add', at, [t.b.weight([units], 0.1, `${at}.bias`), product]), units);
}

export function convNext(t: TorchLayers, image: string): string {
  const permuted = (at: string, x: string, perm: readonly number[]): string =>
    t.same('Transpose', at, [x], { perm });
  const norm2d = (at: string, x: string): string =>
    permuted(at, layerNorm(t, at, permuted(at, x, [0, 2, 3, 1])), [0, 3, 1, 2]);
  let x = norm2d(
    'features/features.0/features.0.1',
    t.conv('features/features.0/features.0.0', image, 8, { kernel: 4, stride: 4, padding: 0, bias: true }),
  );
  for (let i = 0; i < 2; i++) {
    const at = `features/features.1/features.1.${String(i)}`;
    let y = permuted(
      `${at}/block/block.1`,
      t.conv(`${at}/block/block.0`, x, 8, { kernel: 7, groups: 8, bias: true }),
      [0, 2, 3, 1],
    );
    y = pointwise(t, `${at}/block/block.3`, layerNorm(t, `${at}/block/block.2`, y), 24);
    y = pointwise(t, `${at}/block/block.5`, gelu(t, `${at}/block/block.4`, y), 8);
    y = permuted(`${at}/block/block.6`, y, [0, 3, 1, 2]);
    const scale = t.b.weight([8, 1, 1], 0.7, `${at}.layer_scale`);
    x = t.same('Add', at, [t.same('Mul', at, [t.known(y, 8), scale]), x]);
    t.known(scale, 8);
  }
  x = t.conv('features/features.2/features.2.1', norm2d('features/features.2/features.2.0', x), 12, {
    kernel: 2,
    stride: 2,
    padding: 0,
    bias: true,
  });
  x = norm2d('classifier/classifier.0', t.globalPool(x));
  return t.linear('classifier.2', t.flatten(x), CLASSES);
}
