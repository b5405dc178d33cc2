import { seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describePlan, type Label, type Shape, type StepPlan } from '../src/index.ts';
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

test.run();
