import { OnnxBuilder, type AttributeValue } from '@ablation-cam/tools/onnx-builder';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { evaluateGraph } from './support/evaluate-nodes.ts';
import { checkOnnx, importBuilt, type CheckedOnnx } from './support/onnx/check-onnx.ts';

const test = suite('operators of ONNX that are made of several operations, against ONNX Runtime');

type Dims = readonly number[];

type Write = (b: OnnxBuilder, x: string) => string;

/** A network of one input whose nodes `write` adds; it returns the output. */
async function check(dims: Dims, write: Write, opset = 17): Promise<CheckedOnnx> {
  const builder = new OnnxBuilder(seededRandom(dims.reduce((sum, length) => 7 * sum + length, opset)), opset);
  builder.output(write(builder, builder.input('x', dims)));
  return checkOnnx(builder, [dims]);
}

function single(type: string, attributes: Record<string, AttributeValue> = {}): Write {
  return (b, x) => b.node(type, [x], attributes);
}

/** The same numbers, all above 0.2. */
function positive(b: OnnxBuilder, x: string): string {
  return b.node('Add', [b.node('Abs', [x]), b.floats([], [0.2])]);
}

/** Behind a convolution, whose result lies channels last. */
function convolved(b: OnnxBuilder, x: string, channels = 4): string {
  return b.node('Conv', [x, b.weight([channels, 3, 1, 1])]);
}

const IMAGE = [1, 3, 6, 8];

test('functions of one tensor, and powers with constants', async () => {
  for (const type of ['Exp', 'Erf', 'Shrink']) await check(IMAGE, single(type));
  await check(IMAGE, single('Shrink', { lambd: 0.3, bias: 0.2 }));
  await check(IMAGE, (b, x) => b.node('Shrink', [x], { lambd: 0.1, bias: 0.4 }));
  for (const type of ['Log', 'Sqrt', 'Reciprocal'])
    await check(IMAGE, (b, x) => b.node(type, [positive(b, x)]));
  await check(IMAGE, (b, x) => b.node('Reciprocal', [b.node('Neg', [positive(b, x)])]));
  for (const exponent of [0.5, -0.75, 1.5, -1, -2]) {
    await check(IMAGE, (b, x) => b.node('Pow', [positive(b, x), b.floats([], [exponent])]));
  }
  for (const exponent of [0, 1, 2, 3, 5, 8])
    await check(IMAGE, (b, x) => b.node('Pow', [x, b.floats([], [exponent])]));
  await check(IMAGE, (b, x) => b.node('Clip', [x, b.floats([], [0.3]), b.floats([], [0.3])]));
});

test('quotients of tensors, and of a constant by a tensor', async () => {
  await check(IMAGE, (b, x) => b.node('Div', [x, positive(b, x)]));
  await check(IMAGE, (b, x) => b.node('Div', [b.node('GlobalAveragePool', [x]), positive(b, x)]));
  await check(IMAGE, (b, x) => b.node('Div', [x, positive(b, b.node('ReduceMean', [x], { axes: [1] }))]));
  for (const shape of [[], [3, 1, 1], [8]]) {
    await check(IMAGE, (b, x) => b.node('Div', [b.weight(shape), positive(b, x)]));
  }
  // As timm's layer normalization over channels and others write it.
  await check(IMAGE, (b, x) => {
    const norm = b.node('ReduceL2', [x], { axes: [1] });
    return b.node('Div', [x, b.node('Clip', [norm, b.floats([], [1e-6])])]);
  });
});

test('a choice by a condition that is known', async () => {
  const condition = (b: OnnxBuilder, dims: Dims): string => {
    const size = dims.reduce((product, length) => product * length, 1);
    return b.node(
      'Cast',
      [
        b.ints(
          Array.from({ length: size }, (_, i) => ((i * 5) % 3) % 2),
          dims,
        ),
      ],
      { to: 9 },
    );
  };
  for (const dims of [[3, 1, 1], [8], IMAGE]) {
    await check(IMAGE, (b, x) => b.node('Where', [condition(b, dims), x, b.node('Tanh', [x])]));
    await check(IMAGE, (b, x) => b.node('Where', [condition(b, dims), b.weight([3, 1, 1]), x]));
  }
  // A mask of attention, say.
  const masked = await check(IMAGE, (b, x) =>
    b.node('Softmax', [b.node('Where', [condition(b, [8]), x, b.floats([], [-Infinity])])], { axis: -1 }),
  );
  assert.ok(masked.kinds.includes('softmax'));
  await check(IMAGE, (b, x) => b.node('Mean', [x, b.weight([3, 1, 1]), b.node('Tanh', [x])]));
});

test('norms, sums and smallest values over any axes', async () => {
  for (const type of ['ReduceL1', 'ReduceL2', 'ReduceSumSquare', 'ReduceLogSumExp', 'ReduceMin']) {
    for (const axes of [[1], [2, 3], [-1]]) {
      for (const keepdims of [0, 1]) await check(IMAGE, single(type, { axes, keepdims }));
    }
  }
  await check(IMAGE, (b, x) => b.node('ReduceLogSum', [positive(b, x)], { axes: [1] }));
  await check(IMAGE, (b, x) => b.node('ReduceL2', [convolved(b, x), b.ints([1])], { keepdims: 0 }), 18);
  for (const p of [1, 2]) {
    await check(IMAGE, single('GlobalLpPool', { p }));
    await check(IMAGE, single('LpPool', { p, kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] }));
    await check(
      IMAGE,
      single('LpPool', { p, kernel_shape: [2, 2], strides: [2, 2], auto_pad: 'SAME_UPPER' }),
    );
  }
});

test('local response normalization', async () => {
  for (const size of [1, 3, 5]) {
    await check([1, 9, 4, 5], single('LRN', { size, alpha: 0.7, beta: 0.75, bias: 1.5 }));
    await check(IMAGE, (b, x) => b.node('LRN', [convolved(b, x)], { size, alpha: 0.3 }));
  }
  await check([1, 9, 7, 1], single('LRN', { size: 3, alpha: 0.5, beta: 0.5, bias: 2.5 }));
});

test('local response normalization of windows of an even size, which ONNX Runtime refuses', async () => {
  const [channels, places] = [7, 6];
  for (const size of [2, 4, 6]) {
    const builder = new OnnxBuilder(seededRandom(size));
    const [alpha, beta, bias] = [0.6, 0.75, 1.25];
    const attributes = { size, alpha, beta, bias };
    builder.output(builder.node('LRN', [builder.input('x', [1, channels, 2, 3])], attributes));
    const { graph } = await importBuilt(builder, [[1, channels, 2, 3]]);
    // Channels last.
    const x = Float64Array.from(builder.random.floats(channels * places));
    const found = evaluateGraph(graph, [x])[graph.outputs[0]?.node ?? -1];
    // Source: ONNX operators, LRN-13.
    const expected = x.map((value, i) => {
      const [channel, place] = [i % channels, Math.floor(i / channels)];
      let sum = 0;
      const last = Math.min(channels - 1, channel + Math.ceil((size - 1) / 2));
      for (let c = Math.max(0, channel - Math.floor((size - 1) / 2)); c <= last; c++)
        sum += (x[place * channels + c] ?? 0) ** 2;
      return value / (bias + (alpha / size) * sum) ** beta;
    });
    // The attributes are in float32.
    assertClose(found ?? [], expected, { absolute: 1e-6 });
  }
});

test('normalizations without a scale', async () => {
  await check(IMAGE, single('MeanVarianceNormalization'), 13);
  await check(IMAGE, single('MeanVarianceNormalization', { axes: [2, 3] }), 13);
  await check(IMAGE, single('MeanVarianceNormalization', { axes: [1] }), 13);
});

test('transposed convolutions with every padding, groups and holes', async () => {
  const cases: [Dims, Dims, Record<string, AttributeValue>][] = [
    [IMAGE, [3, 4, 2, 2], { strides: [2, 2] }],
    [IMAGE, [3, 4, 4, 3], { strides: [2, 3], pads: [1, 0, 2, 1] }],
    [IMAGE, [3, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 0] }],
    [IMAGE, [3, 2, 3, 2], { dilations: [2, 1] }],
    [[1, 4, 5, 6], [4, 3, 3, 3], { group: 2, strides: [2, 1] }],
    [[1, 4, 5, 6], [4, 1, 2, 2], { group: 4, strides: [2, 2] }],
    [IMAGE, [3, 2, 3, 3], { strides: [2, 2], auto_pad: 'SAME_UPPER' }],
    [IMAGE, [3, 2, 3, 4], { strides: [2, 2], auto_pad: 'SAME_LOWER' }],
    [IMAGE, [3, 2, 3, 3], { strides: [2, 2], output_shape: [12, 16] }],
    [[1, 3, 7], [3, 2, 4], { strides: [3], pads: [1, 2] }],
  ];
  for (const [dims, kernel, attributes] of cases) {
    const filters = (kernel[1] ?? 1) * Number(attributes['group'] ?? 1);
    await check(dims, (b, x) =>
      b.node('ConvTranspose', [x, b.weight(kernel), b.weight([filters])], attributes),
    );
  }
});

test('attention over positions, in two heads', async () => {
  const { kinds } = await check(IMAGE, (b, x) => {
    const rows = b.node('Transpose', [b.node('Reshape', [convolved(b, x, 6), b.ints([1, 6, -1])])], {
      perm: [0, 2, 1],
    });
    const [q = '', k = '', v = ''] = [
      [0, 2, 1, 3],
      [0, 2, 3, 1],
      [0, 2, 1, 3],
    ].map((perm) =>
      b.node(
        'Transpose',
        [b.node('Reshape', [b.node('MatMul', [rows, b.weight([6, 6])]), b.ints([0, -1, 2, 3])])],
        { perm },
      ),
    );
    const scores = b.node('Div', [b.node('MatMul', [q, k]), b.floats([], [Math.sqrt(3)])]);
    const mixed = b.node('MatMul', [b.node('Softmax', [scores], { axis: -1 }), v]);
    return b.node('Reshape', [b.node('Transpose', [mixed], { perm: [0, 2, 1, 3] }), b.ints([0, -1, 6])]);
  });
  assert.ok(kinds.includes('softmax'));
});

test('padding with cells of the tensor itself', async () => {
  for (const mode of ['reflect', 'edge', 'wrap']) {
    await check(IMAGE, (b, x) => b.node('Pad', [x, b.ints([0, 0, 2, 1, 0, 0, 1, 3])], { mode }), 19);
    await check(
      IMAGE,
      (b, x) => b.node('Pad', [convolved(b, x), b.ints([0, 1, 0, 1, 0, 2, 1, 0])], { mode }),
      19,
    );
  }
});

test('repetitions', async () => {
  for (const repeats of [
    [1, 2, 1, 1],
    [1, 1, 3, 2],
    [1, 2, 2, 2],
    [1, 1, 1, 1],
  ]) {
    await check(IMAGE, (b, x) => b.node('Tile', [x, b.ints(repeats)]));
    await check(IMAGE, (b, x) => b.node('Relu', [b.node('Tile', [convolved(b, x), b.ints(repeats)])]));
  }
  const pooled: Write = (b, x) => b.node('GlobalAveragePool', [x]);
  for (const shape of [
    [1, 3, 4, 5],
    [1, 1, 4, 1],
    [2, 1, 1, 1, 1],
    [3, 4, 1],
  ]) {
    await check(IMAGE, (b, x) => b.node('Expand', [pooled(b, x), b.ints(shape)]));
  }
  await check(IMAGE, (b, x) => b.node('Expand', [x, b.ints([2, 1, 3, 6, 8])]));
});

test('blocks of positions as channels, and back', async () => {
  for (const mode of ['DCR', 'CRD']) {
    await check([1, 12, 3, 4], single('DepthToSpace', { blocksize: 2, mode }));
    const { graph } = await check(IMAGE, (b, x) =>
      b.node('DepthToSpace', [convolved(b, x, 8)], { blocksize: 2, mode }),
    );
    // A tensor of more axes cannot be planned.
    assert.ok(graph.nodes.every(({ operation, shape }) => operation.kind !== 'permute' || shape.length <= 4));
  }
  await check(IMAGE, single('SpaceToDepth', { blocksize: 2 }));
  await check(IMAGE, (b, x) => b.node('SpaceToDepth', [convolved(b, x)], { blocksize: 2 }));
});

test('places in any order', async () => {
  for (const [axis, places] of [
    [1, [2, 0, 1, 1]],
    [2, [5, 4, 3, 2, 1, 0]],
    [3, [0, 1, 4, 5, 2, 3, 7]],
    [3, [7, 0, 6, 1, 5, 2, 4, 3, 3, 0, 7, 2]],
    [2, [-1, 0]],
  ] as const) {
    await check(IMAGE, (b, x) => b.node('Gather', [x, b.ints(places)], { axis }));
    await check(IMAGE, (b, x) =>
      b.node('Gather', [b.node('Conv', [x, b.weight([3, 3, 1, 1])]), b.ints(places)], { axis }),
    );
  }
  await check(IMAGE, (b, x) => b.node('Gather', [x, b.ints([4, 1, 0, 2, 3, 1], [2, 3])], { axis: 3 }));
});

test.run();
