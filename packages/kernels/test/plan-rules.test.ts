import { seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describePlan, keepsMeans, type Label, type Shape, type StepPlan } from '../src/index.ts';
import { channelMean } from '../src/ablation/channel-weights.ts';
import { evaluateTail } from '../src/reference/evaluate-tail.ts';
import { checkRandomTail } from './support/check-random-tail.ts';
import { product, TailDrawing } from './support/tail-drawing.ts';

const test = suite('rules of the planner');

/**
 * Builds a tail behind a target of this shape, checks its plan against the naive loop with all channels off at values
 * that are not 0, and returns it.
 */
async function planned(
  target: Shape,
  build: (drawing: TailDrawing, target: number) => number,
): Promise<StepPlan> {
  const random = seededRandom(product(target));
  const drawing = new TailDrawing(random, target, false);
  const output = build(drawing, drawing.target);
  const tail = { nodes: drawing.nodes, target: drawing.target, output, scoreFunction: 'softmax' } as const;
  const [activation, off] = [random.floats(product(target)), random.floats(target.at(-1) ?? 1)];
  return checkRandomTail({ seed: 0, tail, activation, constants: drawing.constants, off }, 'pooling');
}

/** Everything behind a tensor: flat, then a dense layer. */
function classify(drawing: TailDrawing, x: number): number {
  return drawing.dense(drawing.add({ kind: 'reshape' }, [x], [product(drawing.shape(x))]), 3);
}

function labelOf({ labels, tail }: StepPlan, kind: string): Label | undefined {
  return labels[tail.nodes.findIndex(({ operation }) => operation.kind === kind)];
}

function kindsOf({ variantSteps }: StepPlan): string[] {
  return variantSteps.map(({ kind }) => kind);
}

const ONE_CHANNEL = { kind: 'one-channel' } as const;

test('behind a flattened map, channel k is every K-th cell', async () => {
  const plan = await planned([2, 3, 4], (drawing, x) => classify(drawing, x));
  assert.equal(labelOf(plan, 'reshape'), ONE_CHANNEL);
  assert.equal(labelOf(plan, 'dense'), { kind: 'low-rank', rank: 6 });
  assert.equal(kindsOf(plan), ['contribute', 'score']);
});

test('a dense layer along another axis than the channels keeps them apart', async () => {
  const plan = await planned([5, 4], (drawing, x) => {
    const turned = drawing.add({ kind: 'permute', axes: [1, 0] }, [x], [4, 5]);
    return classify(drawing, drawing.dense(turned, 2));
  });
  assert.equal(labelOf(plan, 'dense'), ONE_CHANNEL);
});

test('a window over two channels mixes, one along the positions does not', async () => {
  const turnedPool = (window: readonly number[]): Promise<StepPlan> =>
    planned([4, 3, 2], (drawing, x) => {
      const turned = drawing.add({ kind: 'permute', axes: [2, 0, 1] }, [x], [2, 4, 3]);
      const shape = [2 / (window[0] ?? 1), 4 / (window[1] ?? 1), 3];
      const operation = {
        kind: 'pool',
        reduction: 'max',
        window,
        strides: window,
        padBefore: [0, 0],
      } as const;
      return classify(drawing, drawing.add(operation, [turned], shape));
    });
  assert.equal(labelOf(await turnedPool([1, 2]), 'pool'), ONE_CHANNEL);
  assert.equal(labelOf(await turnedPool([2, 1]), 'pool'), { kind: 'all', changed: 3 });
});

test('a separable convolution has as many products as its multiplier', async () => {
  const plan = await planned([4, 4, 3], (drawing, x) => {
    const kernel = drawing.random.floats(18);
    const sliding = { window: [3, 1], strides: [1, 1], dilation: [1, 1], padBefore: [1, 0] };
    const operation = { kind: 'depthwise', multiplier: 2, ...sliding, kernel, bias: null } as const;
    const mixed = drawing.dense(drawing.add(operation, [x], [4, 4, 6]), 5);
    return classify(drawing, drawing.add({ kind: 'activation', function: 'relu' }, [mixed], [4, 4, 5]));
  });
  assert.equal(labelOf(plan, 'depthwise'), ONE_CHANNEL);
  assert.equal(labelOf(plan, 'dense'), { kind: 'low-rank', rank: 2 });
});

test('a multiplier widens the cells of a channel where they are not neighbours', async () => {
  const plan = await planned([2, 3], (drawing, x) => {
    const turned = drawing.add({ kind: 'permute', axes: [1, 0] }, [x], [3, 2]);
    const row = drawing.add({ kind: 'reshape' }, [turned], [1, 6]);
    const wide = drawing.add(
      {
        kind: 'depthwise',
        multiplier: 2,
        window: [1],
        strides: [1],
        dilation: [1],
        padBefore: [0],
        kernel: drawing.random.floats(12),
        bias: drawing.random.floats(12),
      },
      [row],
      [1, 12],
    );
    return classify(drawing, drawing.dense(wide, 4));
  });
  assert.equal(labelOf(plan, 'depthwise'), ONE_CHANNEL);
});

test('a tensor beside itself keeps its owners', async () => {
  const plan = await planned([3, 4], (drawing, x) =>
    classify(drawing, drawing.add({ kind: 'concatenate', axis: 1 }, [x, x], [3, 8])),
  );
  assert.equal(labelOf(plan, 'concatenate'), ONE_CHANNEL);
});

test('a border of zeros lies around the off stream as well', async () => {
  const plan = await planned([3, 3, 2], (drawing, x) => {
    const padded = drawing.add({ kind: 'pad', before: [1, 2] }, [x], [5, 6, 2]);
    return classify(drawing, drawing.convolution(padded, 3));
  });
  assert.equal(labelOf(plan, 'pad'), ONE_CHANNEL);
});

test('an only channel is carried as a delta from the first linear layer on, as others are', async () => {
  const plan = await planned([4, 4, 1], (drawing, x) => {
    const mixed = drawing.add(
      { kind: 'activation', function: 'tanh' },
      [drawing.convolution(x, 4)],
      drawing.shape(drawing.last),
    );
    return classify(drawing, mixed);
  });
  assert.equal(labelOf(plan, 'convolution'), { kind: 'all', changed: 4 });
  assert.equal(labelOf(plan, 'dense'), { kind: 'all', changed: 3 });
});

test('deltas are repeated where a larger tensor is added to them', async () => {
  await planned([4], (drawing, x) => {
    const y = drawing.add({ kind: 'activation', function: 'relu' }, [drawing.dense(x, 3)], [3]);
    const sum = drawing.add({ kind: 'merge', function: 'add' }, [y, drawing.constant([2, 3])], [2, 3]);
    return classify(drawing, sum);
  });
});

test('layer normalisation mixes along the channels only', async () => {
  const normalized = (axes: readonly number[]): Promise<StepPlan> =>
    planned([3, 4], (drawing, x) => {
      const operation = {
        kind: 'layer-normalization',
        axes,
        epsilon: 1e-3,
        gamma: null,
        beta: null,
      } as const;
      return classify(drawing, drawing.add(operation, [x], [3, 4]));
    });
  assert.equal(labelOf(await normalized([0]), 'layer-normalization'), ONE_CHANNEL);
  assert.equal(labelOf(await normalized([1]), 'layer-normalization'), { kind: 'all', changed: 4 });
});

test('a shortcut around the target enters the step that makes the other summand', async () => {
  const plan = await planned([3, 3, 4], (drawing, x) => {
    const branch = drawing.add({ kind: 'activation', function: 'relu' }, [drawing.dense(x, 5)], [3, 3, 5]);
    const sum = drawing.add({ kind: 'merge', function: 'add' }, [x, drawing.dense(branch, 4)], [3, 3, 4]);
    const y = drawing.add({ kind: 'activation', function: 'relu' }, [sum], [3, 3, 4]);
    return drawing.dense(drawing.globalPool(y), 3);
  });
  assert.equal(kindsOf(plan), ['contribute', 'convolve', 'convolve', 'score']);
  const [, residual] = plan.variantSteps;
  if (residual?.kind !== 'convolve') throw new Error('expected a convolution of deltas');
  assert.is(residual.epilogue.addend?.label, 'one-channel');
  assert.ok(residual.epilogue.globalPool);
});

test('behind a concatenation only the changed channels are paid for K times', async () => {
  const plan = await planned([3, 3, 6], (drawing, x) => {
    const few = drawing.add({ kind: 'activation', function: 'relu' }, [drawing.dense(x, 2)], [3, 3, 2]);
    const both = drawing.add({ kind: 'concatenate', axis: 2 }, [x, few], [3, 3, 8]);
    const y = drawing.dense(drawing.affine(both), 5);
    return drawing.dense(
      drawing.globalPool(drawing.add({ kind: 'activation', function: 'relu' }, [y], [3, 3, 5])),
      3,
    );
  });
  const { steps } = describePlan(plan);
  const kFold = steps.filter(({ isKFold }) => isKFold).map(({ operations }) => operations);
  // 6 variants: 9 positions x 2 channels x 5 filters, then 5 x 3 for the classes.
  assert.equal(kFold, [6 * 9 * 2 * 5, 6 * 5 * 3]);
});

test('a maximum behind a constant summand is that of the sum', async () => {
  const plan = await planned([3, 4], (drawing, x) => {
    const y = drawing.add({ kind: 'activation', function: 'relu' }, [drawing.dense(x, 2)], [3, 2]);
    const sum = drawing.add({ kind: 'merge', function: 'add' }, [y, drawing.constant([3, 2])], [3, 2]);
    return drawing.dense(drawing.add({ kind: 'global-pool', reduction: 'max' }, [sum], [2]), 3);
  });
  assert.equal(kindsOf(plan), ['contribute', 'propagate', 'convolve', 'score']);
});

test('what the target does not reach is computed once and needs no variants', async () => {
  const plan = await planned([2, 3], (drawing, x) => {
    const other = drawing.dense(drawing.constant([2, 4]), 3);
    return classify(drawing, drawing.add({ kind: 'merge', function: 'multiply' }, [x, other], [2, 3]));
  });
  assert.equal(labelOf(plan, 'merge'), ONE_CHANNEL);
  assert.equal(kindsOf(plan), ['contribute', 'score']);
});

test('channels may be the logits themselves', async () => {
  const plan = await planned([5], (drawing, x) => drawing.affine(x));
  assert.equal(kindsOf(plan), ['combine', 'score']);
});

test('logits without the target do not change', async () => {
  const plan = await planned([2], (drawing) => drawing.dense(drawing.constant([3]), 4));
  assert.equal(kindsOf(plan), ['combine', 'score']);
});

function normalizedInGroups(drawing: TailDrawing, x: number, groupSize: number): number {
  const shape = drawing.shape(x);
  const [gamma, beta] = [drawing.random.floats(shape.at(-1) ?? 1), drawing.random.floats(shape.at(-1) ?? 1)];
  return drawing.add({ kind: 'group-normalization', groupSize, epsilon: 1e-3, gamma, beta }, [x], shape);
}

test('groups of one channel are normalized apart, larger ones mix', async () => {
  const grouped = (groupSize: number): Promise<StepPlan> =>
    planned([3, 2, 6], (drawing, x) => classify(drawing, normalizedInGroups(drawing, x, groupSize)));
  assert.equal(labelOf(await grouped(1), 'group-normalization'), ONE_CHANNEL);
  for (const groupSize of [2, 3, 6]) {
    assert.equal(labelOf(await grouped(groupSize), 'group-normalization'), { kind: 'all', changed: 6 });
  }
});

test('a group whose channels all belong to one variant stays apart', async () => {
  const plan = await planned([3, 4], (drawing, x) => {
    const { random } = drawing;
    const ones = { window: [1], strides: [1], dilation: [1], padBefore: [0] };
    const kernel = random.floats(8);
    const widened = drawing.add(
      { kind: 'depthwise', multiplier: 2, ...ones, kernel, bias: null },
      [x],
      [3, 8],
    );
    return classify(drawing, normalizedInGroups(drawing, widened, 2));
  });
  assert.equal(labelOf(plan, 'group-normalization'), ONE_CHANNEL);
});

test('groups that no variant changes have no deltas', async () => {
  // Channels 6 to 9 of 12 change, groups of three: 6 to 8 and 9 to 11.
  const mixed = await planned([2, 3, 4], (drawing, x) => {
    const [before, after] = [drawing.constant([2, 3, 6]), drawing.constant([2, 3, 2])];
    const joined = drawing.add({ kind: 'concatenate', axis: 2 }, [before, x, after], [2, 3, 12]);
    const normalized = normalizedInGroups(drawing, joined, 3);
    return classify(drawing, drawing.add(drawing.activation(), [normalized], [2, 3, 12]));
  });
  assert.equal(labelOf(mixed, 'group-normalization'), { kind: 'all', changed: 6 });
  const propagated = mixed.variantSteps.find(({ kind }) => kind === 'propagate');
  assert.equal(propagated?.kind === 'propagate' && propagated.segment, { start: 6, length: 6 });

  // Deltas of a convolution on channels 4 and 5 of 8, in one group of four.
  const deltas = await planned([2, 3, 4], (drawing, x) => {
    const [before, after] = [drawing.constant([2, 3, 4]), drawing.constant([2, 3, 2])];
    const mixedFirst = drawing.add(drawing.activation(), [drawing.dense(x, 2)], [2, 3, 2]);
    const joined = drawing.add({ kind: 'concatenate', axis: 2 }, [before, mixedFirst, after], [2, 3, 8]);
    return classify(drawing, normalizedInGroups(drawing, joined, 4));
  });
  assert.equal(labelOf(deltas, 'group-normalization'), { kind: 'all', changed: 4 });
});

/** What may follow the target, and whether all it reads of it are the means of its channels. */
const MEANS: readonly (readonly [string, boolean, (drawing: TailDrawing, x: number) => number])[] = [
  ['an average', true, (drawing, x) => averaged(drawing, x)],
  [
    'layers of single positions',
    true,
    (drawing, x) => averaged(drawing, pointwise(drawing, affine(drawing, x), 5)),
  ],
  ['averages of equal windows', true, (drawing, x) => averaged(drawing, pooled(drawing, x, 2, 0))],
  ['averages of windows over a border', false, (drawing, x) => averaged(drawing, pooled(drawing, x, 2, 1))],
  ['a maximum', false, (drawing, x) => drawing.add({ kind: 'global-pool', reduction: 'max' }, [x], [3])],
  ['a ReLU', false, (drawing, x) => averaged(drawing, relu(drawing, x))],
  ['a ReLU of averages', true, (drawing, x) => relu(drawing, averaged(drawing, x))],
  ['a gate', true, (drawing, x) => averaged(drawing, gated(drawing, x, averaged(drawing, x)))],
  [
    'a gate of positions',
    false,
    (drawing, x) => averaged(drawing, gated(drawing, x, drawing.constant([4, 6, 3]))),
  ],
  [
    'a sum with what stays',
    true,
    (drawing, x) => averaged(drawing, merged(drawing, 'add', x, drawing.constant([4, 6, 3]))),
  ],
  ['a product with itself', false, (drawing, x) => averaged(drawing, merged(drawing, 'multiply', x, x))],
  [
    'a way around',
    false,
    (drawing, x) => merged(drawing, 'add', averaged(drawing, x), averaged(drawing, relu(drawing, x))),
  ],
];

function averaged(drawing: TailDrawing, x: number): number {
  return drawing.add({ kind: 'global-pool', reduction: 'average' }, [x], [drawing.shape(x).at(-1) ?? 1]);
}

function relu(drawing: TailDrawing, x: number): number {
  return drawing.add({ kind: 'activation', function: 'relu' }, [x], drawing.shape(x));
}

function affine(drawing: TailDrawing, x: number): number {
  const [scale, shift] = [drawing.random.floats(3), drawing.random.floats(3)];
  return drawing.add({ kind: 'affine', scale, shift }, [x], drawing.shape(x));
}

function pointwise(drawing: TailDrawing, x: number, filters: number): number {
  const ones = { window: [1, 1], strides: [1, 1], dilation: [1, 1], padBefore: [0, 0] };
  const kernel = drawing.random.floats(3 * filters);
  const shape = [...drawing.shape(x).slice(0, 2), filters];
  return drawing.add({ kind: 'convolution', filters, ...ones, kernel, bias: null }, [x], shape);
}

function pooled(drawing: TailDrawing, x: number, size: number, before: number): number {
  const window = { window: [size, size], strides: [size, size], padBefore: [before, before] };
  const [height = 1, width = 1, channels = 1] = drawing.shape(x);
  const shape = [Math.ceil((height + before) / size), Math.ceil((width + before) / size), channels];
  return drawing.add({ kind: 'pool', reduction: 'average', ...window }, [x], shape);
}

function merged(drawing: TailDrawing, name: 'add' | 'multiply', x: number, y: number): number {
  return drawing.add({ kind: 'merge', function: name }, [x, y], drawing.shape(x));
}

function gated(drawing: TailDrawing, x: number, gate: number): number {
  return merged(drawing, 'multiply', x, gate);
}

for (const [name, isKept, build] of MEANS) {
  test(`behind ${name}, a channel's own mean ${isKept ? 'changes no' : 'changes a'} logit`, () => {
    const random = seededRandom(name.length);
    const drawing = new TailDrawing(random, [4, 6, 3], false);
    const output = drawing.dense(build(drawing, drawing.target), 2);
    const { nodes, target } = drawing;
    assert.is(keepsMeans({ nodes, target, output, scoreFunction: 'softmax' }), isKept);
    const constants = [...drawing.constants].map(
      ([node, values]) => [node, Float64Array.from(values)] as const,
    );
    const activation = Float64Array.from(random.floats(4 * 6 * 3));
    const logits = (values: Float64Array): Float64Array => {
      const given = new Map([[target, values], ...constants]);
      return evaluateTail({ nodes, target, output, scoreFunction: 'softmax' }, given)[output]!;
    };
    const mean = [0, 1, 2].map((k) => channelMean(Float32Array.from(activation), k, 3));
    const falls = mean.map((off, k) => {
      const ablated = logits(activation.map((on, i) => (i % 3 === k ? off : on)));
      return Math.max(...logits(activation).map((z, c) => Math.abs(z - ablated[c]!)));
    });
    const largest = Math.max(...falls);
    assert.ok(isKept ? largest < 1e-14 : largest > 1e-4, String(largest));
  });
}

test.run();
