import { seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkOnnx, type CheckedOnnx } from './support/onnx/check-onnx.ts';
import { float, OnnxBuilder, type AttributeValue } from '@ablation-cam/tools/onnx-builder';
import { randomNodes } from './support/onnx/random-nodes.ts';

const test = suite('operators of ONNX against ONNX Runtime');

type Dims = readonly number[];

/** A network of one input whose nodes `write` adds; it returns the output. */
async function check(
  dims: Dims,
  write: (b: OnnxBuilder, x: string) => string,
  opset = 17,
): Promise<CheckedOnnx> {
  const builder = new OnnxBuilder(seededRandom(dims.reduce((sum, length) => 7 * sum + length, opset)), opset);
  builder.output(write(builder, builder.input('x', dims)));
  return checkOnnx(builder, [dims]);
}

/** One node of one input. */
function single(type: string, attributes: Record<string, AttributeValue> = {}) {
  return (b: OnnxBuilder, x: string): string => b.node(type, [x], attributes);
}

test('convolutions of one and two axes, with groups, holes and every padding', async () => {
  const cases: [Dims, Dims, Record<string, AttributeValue>][] = [
    [[1, 3, 7, 6], [4, 3, 3, 2], { pads: [1, 0, 2, 1], strides: [2, 1] }],
    [[1, 4, 9, 8], [6, 2, 3, 3], { group: 2, dilations: [2, 1] }],
    [[1, 3, 7, 6], [6, 1, 3, 3], { group: 3, auto_pad: 'SAME_UPPER', strides: [2, 2] }],
    [[1, 3, 8, 5], [3, 1, 2, 4], { group: 3, auto_pad: 'SAME_LOWER' }],
    [[1, 2, 6, 6], [3, 2, 3, 3], { auto_pad: 'VALID' }],
    [[1, 5, 12], [4, 5, 3], { pads: [1, 1], strides: [2] }],
    [[1, 1, 5, 5], [2, 1, 3, 3], {}],
  ];
  for (const [dims, kernel, attributes] of cases) {
    await check(dims, (b, x) =>
      b.node('Conv', [x, b.weight(kernel), b.weight([kernel[0] ?? 1])], attributes),
    );
  }
});

test('pooling, with cells of padding that count and windows that reach beyond', async () => {
  const dims = [1, 3, 8, 7];
  for (const attributes of [
    { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1] },
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 },
    { kernel_shape: [2, 3], auto_pad: 'SAME_UPPER', strides: [2, 1] },
    { kernel_shape: [2, 2], strides: [3, 3], ceil_mode: 1 },
  ]) {
    await check(dims, single('MaxPool', attributes));
    await check(dims, single('AveragePool', attributes), 19);
    await check(dims, single('AveragePool', { ...attributes, count_include_pad: 1 }), 19);
  }
  await check(
    [1, 2, 9],
    single('AveragePool', { kernel_shape: [3], strides: [2], pads: [1, 1], count_include_pad: 1 }),
  );
  await check(dims, single('GlobalAveragePool'));
  await check(dims, single('GlobalMaxPool'));
});

test('activation functions', async () => {
  const dims = [1, 3, 4, 5];
  for (const type of [
    'Relu',
    'Sigmoid',
    'Tanh',
    'Softplus',
    'Softsign',
    'Elu',
    'Selu',
    'Celu',
    'HardSigmoid',
    'HardSwish',
    'LeakyRelu',
    'ThresholdedRelu',
    'Abs',
    'Neg',
    'Identity',
    'Dropout',
  ]) {
    await check(dims, single(type));
  }
  await check(dims, single('Mish'), 18);
  await check(dims, single('Gelu'), 20);
  await check(dims, single('Gelu', { approximate: 'tanh' }), 20);
  await check(dims, single('Elu', { alpha: 0.3 }));
  await check(dims, single('Celu', { alpha: 0.7 }));
  await check(dims, single('Selu', { alpha: 1.2, gamma: 0.8 }));
  await check(dims, single('HardSigmoid', { alpha: 0.31, beta: 0.4 }));
  await check(dims, single('LeakyRelu', { alpha: 0.2 }));
  for (const slope of [[3, 1, 1], [1], [3, 4, 5]])
    await check(dims, (b, x) => b.node('PRelu', [x, b.weight(slope)]));
  const bounds: (readonly [number | null, number | null])[] = [
    [0, 6],
    [-0.4, 0.3],
    [null, 0.2],
    [-0.1, null],
    [0, null],
  ];
  for (const [least, most] of bounds) {
    const input = (b: OnnxBuilder, value: number | null): string =>
      value === null ? '' : b.floats([], [value]);
    await check(dims, (b, x) => b.node('Clip', [x, input(b, least), input(b, most)]));
  }
  await check(dims, single('Clip', { min: float(0), max: float(6) }), 7);
});

test('x times its sigmoid is one function', async () => {
  const { kinds } = await check([1, 3, 4, 5], (b, x) => b.node('Mul', [x, b.node('Sigmoid', [x])]));
  assert.is(kinds.filter((kind) => kind === 'merge').length, 0);
});

test('arithmetic with constants of every shape and with tensors', async () => {
  const dims = [1, 3, 4, 5];
  for (const type of ['Add', 'Sub', 'Mul', 'Max', 'Min']) {
    for (const shape of [[], [1, 3, 1, 1], [3, 1, 1], [4, 5], [1, 3, 4, 5], [5]]) {
      await check(dims, (b, x) => b.node(type, [x, b.weight(shape)]));
      await check(dims, (b, x) => b.node(type, [b.weight(shape), x]));
    }
    await check(dims, (b, x) => b.node(type, [x, b.node('Tanh', [x])]));
    await check(dims, (b, x) => b.node(type, [b.node('GlobalAveragePool', [x]), x]));
    await check(dims, (b, x) => b.node(type, [x, b.node('ReduceMean', [x], { axes: [1] })]));
    await check(dims, (b, x) =>
      b.node(type, [
        x,
        b.node('Transpose', [b.node('Reshape', [x, b.ints([1, 3, 5, 4])])], { perm: [0, 1, 3, 2] }),
      ]),
    );
  }
  await check(dims, (b, x) => b.node('Div', [x, b.floats([3, 1, 1], [0.5, 2, -3])]));
  await check(dims, (b, x) => b.node('Pow', [x, b.floats([], [2])]));
  await check(dims, (b, x) => b.node('Mean', [x, b.node('Tanh', [x])]));
  await check(dims, (b, x) => b.node('Sum', [x, b.node('Tanh', [x]), b.weight([3, 1, 1])]));
  await check([1, 6], (b, x) =>
    b.node('Mul', [x, b.node('Sigmoid', [b.node('Gemm', [x, b.weight([6, 6])])])]),
  );
});

test('dense layers behind flattened maps', async () => {
  const dims = [1, 3, 4, 2];
  await check(dims, (b, x) =>
    b.node('Gemm', [b.node('Flatten', [x]), b.weight([5, 24]), b.weight([5])], { transB: 1 }),
  );
  await check(dims, (b, x) =>
    b.node('Gemm', [b.node('Flatten', [x]), b.weight([24, 5]), b.weight([1, 5])], { alpha: 0.5, beta: 2.5 }),
  );
  await check(dims, (b, x) =>
    b.node('MatMul', [b.node('Relu', [b.node('Reshape', [x, b.ints([1, -1])])]), b.weight([24, 5])]),
  );
  await check(dims, (b, x) => {
    const flat = b.node('Reshape', [b.node('Conv', [x, b.weight([4, 3, 1, 1])]), b.ints([0, -1])]);
    const scaled = b.node('Add', [b.node('Mul', [flat, b.weight([32])]), b.weight([32])]);
    const rectified = b.node('PRelu', [scaled, b.weight([32])]);
    return b.node('Gemm', [rectified, b.weight([3, 32])], { transB: 1 });
  });
  await check(dims, (b, x) => b.node('MatMul', [x, b.weight([2, 3])]));
  await check(dims, (b, x) =>
    b.node('MatMul', [b.node('Transpose', [x], { perm: [0, 2, 3, 1] }), b.weight([3, 5])]),
  );
  // A batch normalization of a flattened map, and parts of it that are taken out.
  await check(dims, (b, x) => {
    const parameters = [
      b.weight([24]),
      b.weight([24]),
      b.weight([24]),
      b.floats([24], new Array(24).fill(0.7)),
    ];
    return b.node('BatchNormalization', [b.node('Flatten', [x]), ...parameters]);
  });
  await check(dims, (b, x) =>
    b.node('Slice', [b.node('Flatten', [x]), b.ints([3]), b.ints([17]), b.ints([1])]),
  );
  await check(dims, (b, x) => b.node('Softmax', [b.node('Flatten', [x])]));
});

test('means, maxima and sums over any axes', async () => {
  const dims = [1, 3, 4, 5];
  for (const axes of [[2, 3], [1], [-1], [1, 2, 3], [3, 1]]) {
    for (const keepdims of [0, 1]) {
      await check(dims, single('ReduceMean', { axes, keepdims }), 13);
      await check(dims, single('ReduceMax', { axes, keepdims }), 13);
      await check(dims, single('ReduceMin', { axes, keepdims }), 13);
    }
  }
  await check(dims, (b, x) => b.node('ReduceSum', [x, b.ints([2, 3])]), 18);
  await check(dims, (b, x) => b.node('ReduceMean', [x, b.ints([-2, -1])], { keepdims: 0 }), 18);
});

test('moves: reshape, transpose, split, slice, gather, pad, concatenate', async () => {
  const dims = [1, 6, 4, 5];
  await check(dims, single('Transpose', { perm: [0, 2, 3, 1] }));
  await check(dims, single('Transpose', { perm: [0, 3, 1, 2] }));
  await check(dims, single('Flatten', { axis: 2 }));
  for (const target of [
    [1, 2, 3, 4, 5],
    [1, 4, 6, 5],
    [1, -1, 10],
    [0, 0, 20],
    [1, 8, 15],
    [2, 3, 20],
    [120],
  ]) {
    await check(dims, (b, x) => b.node('Reshape', [x, b.ints(target)]));
    await check(dims, (b, x) =>
      b.node('Tanh', [b.node('Reshape', [b.node('Conv', [x, b.weight([6, 6, 1, 1])]), b.ints(target)])]),
    );
  }
  await check(dims, (b, x) => b.node('Squeeze', [b.node('GlobalMaxPool', [x]), b.ints([2, 3])]));
  await check([1, 6], (b, x) => b.node('Unsqueeze', [x, b.ints([2])]));
  for (const axis of [1, 2, 3]) {
    await check(dims, (b, x) => {
      b.node(
        'Split',
        [x, b.ints(axis === 1 ? [2, 4] : axis === 2 ? [1, 3] : [2, 3])],
        { axis },
        { name: 'parts', outputs: 2 },
      );
      return b.node('Relu', ['parts_output_1']);
    });
    await check(dims, (b, x) => b.node('Concat', [x, b.node('Relu', [x]), x], { axis }));
    await check(dims, (b, x) => b.node('Slice', [x, b.ints([1]), b.ints([-1]), b.ints([axis])]));
    await check(dims, (b, x) =>
      b.node('Slice', [x, b.ints([0]), b.ints([9223372036854775000]), b.ints([axis]), b.ints([2])]),
    );
    await check(dims, (b, x) => b.node('Gather', [x, b.ints([2], [])], { axis }));
    await check(dims, (b, x) => b.node('Gather', [x, b.ints([1, 2, 3])], { axis }));
  }
  await check(dims, (b, x) => b.node('Pad', [x, b.ints([0, 0, 1, 2, 0, 0, 0, 1])]));
  await check(dims, (b, x) => b.node('Pad', [x, b.ints([0, 1, 1, 0, 0, 2, 0, 0])]));
  await check(dims, (b, x) => b.node('Pad', [x, b.ints([0, 0, 1, -1, 0, 0, 0, 1]), b.floats([], [0.7])]));
  await check(dims, single('Pad', { pads: [0, 0, 1, 2, 0, 0, 0, 1] }), 10);
  for (const mode of ['reflect', 'edge'])
    await check(dims, (b, x) => b.node('Pad', [x, b.ints([0, 1, 2, 1, 0, 0, 1, 2])], { mode }));
});

test('a channel shuffle of sizes that nodes compute', async () => {
  const { kinds } = await check([1, 6, 4, 5], (b, x) => {
    const y = b.node('Conv', [x, b.weight([6, 6, 1, 1])]);
    const shape = b.node('Shape', [y]);
    const length = (axis: number): string => b.node('Gather', [shape, b.ints([axis], [])]);
    const one = (name: string): string => b.node('Unsqueeze', [name, b.ints([0])]);
    const parts = b.node('Div', [length(1), b.ints([2], [])]);
    const wide = b.node('Concat', [one(length(0)), b.ints([2]), one(parts), one(length(2)), one(length(3))], {
      axis: 0,
    });
    const shuffled = b.node('Transpose', [b.node('Reshape', [y, wide])], { perm: [0, 2, 1, 3, 4] });
    const back = b.node('Concat', [one(length(0)), b.ints([-1]), one(length(2)), one(length(3))], {
      axis: 0,
    });
    return b.node('Conv', [b.node('Reshape', [shuffled, back]), b.weight([3, 6, 3, 3])]);
  });
  assert.is(kinds.filter((kind) => kind === 'permute').length, 1);
});

test('normalizations, whole and in parts', async () => {
  const dims = [1, 4, 3, 5];
  const bn = (b: OnnxBuilder, x: string): string =>
    b.node(
      'BatchNormalization',
      [x, b.weight([4]), b.weight([4]), b.weight([4]), b.floats([4], [0.5, 1, 2, 0.1])],
      { epsilon: 1e-3 },
    );
  await check(dims, bn);
  await check([1, 4, 9], bn);
  await check([1, 4], bn);
  for (const axis of [-1, 1, 2]) {
    const own = dims.slice(axis);
    await check(dims, (b, x) =>
      b.node('LayerNormalization', [x, b.weight(own), b.weight(own)], { axis, epsilon: 1e-3 }),
    );
  }
  await check(dims, (b, x) => b.node('InstanceNormalization', [x, b.weight([4]), b.weight([4])]));
  await check(
    dims,
    (b, x) => b.node('GroupNormalization', [x, b.weight([4]), b.weight([4])], { num_groups: 2 }),
    21,
  );
  const grouped = await check(dims, (b, x) => {
    const parts = b.node('Reshape', [b.node('Conv', [x, b.weight([4, 4, 1, 1])]), b.ints([0, 2, -1])]);
    const normalized = b.node('InstanceNormalization', [parts, b.floats([2], [1, 1]), b.floats([2], [0, 0])]);
    const back = b.node('Reshape', [normalized, b.ints(dims)]);
    return b.node('Add', [b.node('Mul', [back, b.weight([4, 1, 1])]), b.weight([4, 1, 1])]);
  });
  assert.ok(grouped.kinds.includes('group-normalization'));
  for (const axes of [[-1], [1]]) {
    const { kinds } = await check(dims, (b, x) => {
      const centered = b.node('Sub', [x, b.node('ReduceMean', [x], { axes })]);
      const variance = b.node('ReduceMean', [b.node('Pow', [centered, b.floats([], [2])])], { axes });
      const deviation = b.node('Sqrt', [b.node('Add', [variance, b.floats([], [1e-3])])]);
      return b.node('Mul', [b.node('Div', [centered, deviation]), b.weight([5])]);
    });
    assert.ok(kinds.includes('layer-normalization'));
  }
});

test('softmax along an axis, and before version 13 along all that follow', async () => {
  const dims = [1, 4, 3, 5];
  for (const axis of [1, 2, 3]) {
    for (const type of ['Softmax', 'LogSoftmax']) {
      await check(dims, single(type, { axis }), 13);
      await check(dims, single(type, { axis }), 11);
    }
  }
  await check([1, 7], single('Softmax'), 11);
});

test('GELU in parts, in the orders of exporters', async () => {
  const dims = [1, 3, 4, 5];
  const erf = (b: OnnxBuilder, x: string): string =>
    b.node('Add', [b.node('Erf', [b.node('Div', [x, b.floats([], [Math.SQRT2])])]), b.floats([], [1])]);
  const orders = [
    (b: OnnxBuilder, x: string) => b.node('Mul', [b.node('Mul', [x, erf(b, x)]), b.floats([], [0.5])]),
    (b: OnnxBuilder, x: string) => b.node('Mul', [b.node('Mul', [x, b.floats([], [0.5])]), erf(b, x)]),
    (b: OnnxBuilder, x: string) => b.node('Mul', [x, b.node('Mul', [erf(b, x), b.floats([], [0.5])])]),
  ];
  for (const order of orders) await check(dims, order);
});

test('resizing in every mode', async () => {
  const dims = [1, 2, 4, 5];
  for (const coordinate_transformation_mode of [
    'half_pixel',
    'pytorch_half_pixel',
    'align_corners',
    'asymmetric',
  ]) {
    for (const mode of ['nearest', 'linear', 'cubic']) {
      const settings = { mode, coordinate_transformation_mode, nearest_mode: 'floor' };
      await check(dims, (b, x) => b.node('Resize', [x, '', b.floats([4], [1, 1, 2, 1.5])], settings), 13);
      await check(dims, (b, x) => b.node('Resize', [x, '', '', b.ints([1, 2, 7, 3])], settings), 13);
    }
  }
  for (const settings of [
    { mode: 'linear', coordinate_transformation_mode: 'half_pixel' },
    { mode: 'nearest', coordinate_transformation_mode: 'half_pixel', nearest_mode: 'round_prefer_ceil' },
    { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
  ]) {
    const { kinds } = await check(
      dims,
      (b, x) => b.node('Resize', [x, '', '', b.ints([1, 2, 8, 5])], settings),
      13,
    );
    assert.ok(kinds.includes('resize'));
  }
  await check(dims, (b, x) => b.node('Upsample', [x, b.floats([4], [1, 1, 2, 2])], { mode: 'nearest' }), 9);
});

test('outputs that nobody reads may be named', async () => {
  await check([1, 2, 4, 5], (b, x) => {
    const dropped = b.node('Dropout', [x], {}, { name: 'drop', outputs: 2 });
    return b.node('MaxPool', [dropped], { kernel_shape: [2, 2] }, { name: 'pool', outputs: 2 });
  });
});

test('random sequences of nodes that move axes and nodes that care where they are', async () => {
  for (let seed = 0; seed < 60; seed++) {
    const builder = new OnnxBuilder(seededRandom(seed), 17);
    const dims = [1, 2 + (seed % 3), 4, 3 + (seed % 2)];
    builder.output(randomNodes(builder, builder.input('x', dims), dims, 7));
    try {
      await checkOnnx(builder, [dims], { absolute: 2e-5, ofLargest: 2e-5 });
    } catch (error) {
      const types = builder.nodes.map(({ opType }) => opType).join(' ');
      throw new Error(`Seed ${String(seed)}, ${types}: ${(error as Error).message}`, { cause: error });
    }
  }
});

test.run();
