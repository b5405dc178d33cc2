import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkGraphModel } from './support/graph-model/check-graph-model.ts';
import { GraphModelBuilder } from './support/graph-model/graph-model-builder.ts';
import { randomGraphNodes } from './support/graph-model/random-graph-nodes.ts';
import { check, none, single, type Attributes, type Dims } from './support/graph-model/written-graph.ts';

const test = suite('operators of GraphModels that move cells, against GraphModel.predict');

test.before(async () => {
  await tf.setBackend('cpu');
});

test('moves: reshape, squeeze, transpose, pack, split, slice, gather, tile', async () => {
  const dims = [1, 4, 6, 3];
  await check(
    dims,
    single('Reshape', (b) => [b.ints([1, 8, -1])]),
  );
  await check([1, 4, 1, 3], single('Squeeze', none, { squeeze_dims: [2] }));
  await check([1, 4, 1, 3], single('Squeeze', none, { axis: [-2] }));
  await check(
    dims,
    single('ExpandDims', (b) => [b.int(1)]),
  );
  await check(
    dims,
    single('ExpandDims', (b) => [b.int(-1)]),
  );
  for (const perm of [
    [0, 3, 1, 2],
    [0, 2, 1, 3],
    [0, 1, 3, 2],
  ])
    await check(
      dims,
      single('Transpose', (b) => [b.ints(perm)]),
    );
  for (const axis of [1, 2, 3, -1])
    await check(dims, (b, x) => b.node('ConcatV2', [x, b.node('Relu', [x]), b.int(axis)]));
  for (const axis of [1, 3, -1])
    await check(dims, (b, x) => b.node('Pack', [x, b.node('Relu', [x])], { axis }));
  for (const part of ['', ':1']) {
    await check(dims, (b, x) => `${b.node('Split', [b.int(2), x], { num_split: 2 })}${part}`);
    await check(
      dims,
      (b, x) => `${b.node('SplitV', [x, b.ints([1, -1]), b.int(3)], { num_split: 2 })}${part}`,
    );
    await check(dims, (b, x) => `${b.node('Unpack', [x], { axis: 1, num: 4 })}${part}`);
  }
  await check(
    dims,
    single('Slice', (b) => [b.ints([0, 1, 2, 0]), b.ints([-1, 2, -1, 2])]),
  );
  await check(
    dims,
    single('GatherV2', (b) => [b.ints([2, 1, 0].toReversed()), b.int(2)]),
  );
  await check(
    dims,
    single('GatherV2', (b) => [b.int(1), b.int(3)]),
  );
  for (const places of [
    [3, 0, 1, 1],
    [5, 0, 4, 1, 3, 2, 2, 0, 5, 1],
  ])
    await check(
      dims,
      single('GatherV2', (b) => [b.ints(places), b.int(2)]),
    );
  await check(
    dims,
    single('Tile', (b) => [b.ints([1, 2, 1, 3])]),
  );
  await check([1, 4, 1, 3], (b, x) => b.node('Relu', [b.node('BroadcastTo', [x, b.ints([1, 4, 6, 3])])]));
  await check([1, 4, 6, 8], single('DepthToSpace', none, { block_size: 2, data_format: 'NHWC' }));
});

test('strided slices with every mask', async () => {
  const dims = [1, 6, 5, 4];
  const sliced = (begin: Dims, end: Dims, strides: Dims, masks: Attributes): Promise<unknown> =>
    check(
      dims,
      single('StridedSlice', (b) => [b.ints([...begin]), b.ints([...end]), b.ints([...strides])], masks),
    );
  await sliced([0, 1, 0, 1], [1, 5, 5, 3], [1, 2, 1, 1], {});
  await sliced([0, 1, 0, 0], [0, -1, 0, 0], [1, 1, 2, 1], { begin_mask: 13, end_mask: 13 });
  await sliced([0, 2], [0, 3], [1, 1], { ellipsis_mask: 1 });
  await sliced([0, 0, -2], [0, 0, 0], [1, 1, 1], {
    ellipsis_mask: 1,
    shrink_axis_mask: 4,
    begin_mask: 2,
    end_mask: 2,
  });
  await sliced([0, 2, 0], [1, 3, 0], [1, 1, 1], { shrink_axis_mask: 2, end_mask: 5, begin_mask: 1 });
  await sliced([0, 0, 1], [1, 0, 4], [1, 1, 1], { new_axis_mask: 2 });
});

test('padding with values and by mirroring', async () => {
  const dims = [1, 4, 5, 3];
  const amounts = (b: GraphModelBuilder): string => b.ints([0, 0, 1, 2, 0, 3, 0, 0], [4, 2]);
  await check(
    dims,
    single('Pad', (b) => [amounts(b)]),
  );
  await check(
    dims,
    single('PadV2', (b) => [amounts(b), b.floats([], [0.75])]),
  );
  await check(
    dims,
    single('Pad', (b) => [b.ints([0, 0, 0, 0, 1, 0, 2, 1], [4, 2])]),
  );
  for (const mode of ['REFLECT', 'SYMMETRIC'])
    await check(
      dims,
      single('MirrorPad', (b) => [amounts(b)], { mode }),
    );
});

test('resizing in every mode', async () => {
  for (const op of ['ResizeBilinear', 'ResizeNearestNeighbor']) {
    for (const [height, width] of [
      [8, 10],
      [3, 9],
      [4, 5],
      [2, 1],
    ]) {
      for (const mode of [{}, { align_corners: true }, { half_pixel_centers: true }])
        await check(
          [1, 4, 5, 3],
          single(op, (b) => [b.ints([height ?? 1, width ?? 1])], mode),
        );
    }
  }
});

test('sizes that nodes compute are folded', async () => {
  await check([1, 4, 6, 3], (b, x) => {
    const shape = b.node('Shape', [x], { T: { type: 'DT_FLOAT' } });
    const slice = (from: number): string =>
      b.node('StridedSlice', [shape, b.ints([from]), b.ints([from + 1]), b.ints([1])], {
        shrink_axis_mask: 1,
      });
    const rows = b.node('Mul', [slice(1), slice(2)]);
    const target = b.node('Pack', [slice(0), rows, slice(3)], { axis: 0 });
    const flat = b.node('Reshape', [x, target]);
    const counted = b.node('Cast', [b.node('Prod', [shape, b.ints([0])])], { DstT: { type: 'DT_FLOAT' } });
    const filled = b.node('Fill', [b.ints([3]), b.floats([], [0.5])]);
    return b.node('AddV2', [b.node('RealDiv', [flat, counted]), filled]);
  });
});

test('several inputs and outputs, named by the signature', async () => {
  const builder = new GraphModelBuilder(seededRandom(8));
  const [a, b] = [builder.input('left', [1, 4, 3]), builder.input('right', [1, 4, 2])];
  const joined = builder.node('ConcatV2', [a, b, builder.int(-1)]);
  builder.output(builder.node('Softmax', [joined]), 'scores');
  builder.output(builder.node('Tanh', [joined]), 'values');
  const { graph } = await checkGraphModel(builder, [
    [1, 4, 3],
    [1, 4, 2],
  ]);
  assert.equal(
    graph.outputs.map(({ name }) => name),
    ['scores', 'values'],
  );
});

test('random sequences of nodes that move axes and nodes that care where they are', async () => {
  for (let seed = 0; seed < 60; seed++) {
    const builder = new GraphModelBuilder(seededRandom(seed));
    const dims = [
      1,
      ...Array.from({ length: builder.random.integer(2, 3) }, () => builder.random.integer(1, 5)),
    ];
    builder.output(randomGraphNodes(builder, builder.input('x', dims), dims, 6));
    await checkGraphModel(builder, [dims]).catch((error: unknown) => {
      throw new Error(`seed ${String(seed)}`, { cause: error });
    });
  }
});

test.run();
