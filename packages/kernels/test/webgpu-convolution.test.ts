import * as assert from 'uvu/assert';
import {
  assertClose,
  deviceSuite,
  halved,
  seededRandom,
  type SeededRandom,
} from '@ablation-cam/tools/testing';
import {
  DEFAULT_LIMITS,
  KernelsError,
  launchReport,
  planSteps,
  runBytes,
  chunkSizes,
  webGpuExecutor,
  type ActivationName,
  type Operation,
  type Shape,
  type StepPlan,
  type Tail,
  type TailNode,
} from '../src/index.ts';
import { naiveAblation } from './support/naive-ablation.ts';
import { sharedDevice } from './support/shared-device.ts';

/** Sums of up to a thousand products in float32, twice. */
const FLOAT32 = { ofLargest: 5e-5, absolute: 1e-6 };

interface Convolutional {
  /** `[...positions, channels]` of the target. */
  readonly shape: Shape;
  readonly filters: number;
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padBefore: readonly number[];
  readonly activation: ActivationName | null;
  /** A pooling window, its own stride, behind the activation. */
  readonly pool: { readonly reduction: 'max' | 'average'; readonly window: readonly number[] } | null;
  readonly end: 'flatten' | 'max' | 'average';
  readonly zero?: boolean;
}

const PLAIN = { strides: [1, 1], dilation: [1, 1], padBefore: [0, 0], pool: null, end: 'flatten' } as const;

/** One channel and 65, primes, tiles that are not full, strides, dilation, padding, windows larger than a tile. */
const CASES: readonly Convolutional[] = [
  { ...PLAIN, shape: [5, 5, 1], filters: 1, window: [3, 3], activation: 'relu' },
  { ...PLAIN, shape: [7, 6, 65], filters: 33, window: [1, 1], activation: 'relu' },
  {
    ...PLAIN,
    shape: [9, 7, 13],
    filters: 17,
    window: [3, 2],
    strides: [2, 1],
    padBefore: [1, 0],
    activation: 'swish',
  },
  {
    ...PLAIN,
    shape: [11, 10, 5],
    filters: 9,
    window: [3, 3],
    dilation: [2, 3],
    padBefore: [2, 1],
    activation: null,
  },
  {
    ...PLAIN,
    shape: [9, 8, 7],
    filters: 8,
    window: [3, 3],
    padBefore: [1, 1],
    activation: 'relu',
    pool: { reduction: 'max', window: [2, 2] },
  },
  {
    ...PLAIN,
    shape: [9, 9, 3],
    filters: 12,
    window: [3, 3],
    padBefore: [1, 1],
    activation: 'relu',
    pool: { reduction: 'max', window: [3, 3] },
    end: 'average',
  },
  {
    ...PLAIN,
    shape: [8, 12, 4],
    filters: 5,
    window: [2, 2],
    activation: 'tanh',
    pool: { reduction: 'average', window: [4, 3] },
    end: 'max',
  },
  { ...PLAIN, shape: [6, 6, 11], filters: 64, window: [3, 3], activation: 'relu', end: 'max' },
  { ...PLAIN, shape: [6, 6, 4], filters: 7, window: [3, 3], activation: 'relu', end: 'average', zero: true },
  {
    shape: [23, 6],
    filters: 10,
    window: [5],
    strides: [2],
    dilation: [1],
    padBefore: [2],
    activation: 'relu',
    pool: { reduction: 'max', window: [3] },
    end: 'flatten',
  },
];

function tailOf(request: Convolutional, random: SeededRandom): Tail {
  const nodes: TailNode[] = [
    { name: 'target', operation: { kind: 'target' }, inputs: [], shape: request.shape },
  ];
  const shape = (): Shape => nodes.at(-1)?.shape ?? [];
  const channels = (): number => shape().at(-1) ?? 1;
  const add = (operation: Operation, output: Shape): void => {
    nodes.push({ name: operation.kind, operation, inputs: [nodes.length - 1], shape: output });
  };
  const convolve = (filters: number): void => {
    const { window, strides, dilation, padBefore } = request;
    const kernel = random.floats(
      window.reduce((taps, length) => taps * length, channels() * filters),
      -0.3,
      0.3,
    );
    const output = shape()
      .slice(0, -1)
      .map((length, axis) => Math.max(1, Math.ceil((length - (dilation[axis] ?? 1)) / (strides[axis] ?? 1))));
    const bias = random.floats(filters);
    add({ kind: 'convolution', filters, window, strides, dilation, padBefore, kernel, bias }, [
      ...output,
      filters,
    ]);
    if (request.activation) add({ kind: 'activation', function: request.activation }, shape());
  };
  // The first convolution makes deltas of what channels contribute, the second convolves deltas.
  convolve(request.filters);
  convolve(request.filters);
  if (request.pool) {
    const { reduction, window } = request.pool;
    const padBefore = window.map(() => 0);
    const output = window.map((length, axis) => Math.ceil((shape()[axis] ?? 1) / length));
    add({ kind: 'pool', reduction, window, strides: window, padBefore }, [...output, channels()]);
  }
  if (request.end === 'flatten')
    add({ kind: 'reshape' }, [shape().reduce((size, length) => size * length, 1)]);
  else add({ kind: 'global-pool', reduction: request.end }, [channels()]);
  add(
    { kind: 'dense', units: 5, kernel: random.floats(channels() * 5, -0.2, 0.2), bias: random.floats(5) },
    [5],
  );
  return { nodes, target: 0, output: nodes.length - 1, scoreFunction: 'softmax' };
}

/** A plan that splits every kernel it can; none where the limits that do so are too small for the tensors. */
function splitPlan(tail: Tail): StepPlan | null {
  const largest = tail.nodes.reduce((most, { operation }) => {
    const isKernel = operation.kind === 'convolution' || operation.kind === 'dense';
    return isKernel ? Math.max(most, operation.kernel.length) : most;
  }, 0);
  const plan = planSteps(tail, { limits: { ...DEFAULT_LIMITS, maxStorageBufferBindingSize: 3 * largest } });
  try {
    chunkSizes(plan, 1);
    return plan;
  } catch (error) {
    if (error instanceof KernelsError && error.code === 'too-large') return null;
    throw error;
  }
}

function hasParts({ inputSteps, variantSteps }: StepPlan): boolean {
  return [...inputSteps, ...variantSteps].some((step) => 'parts' in step && step.parts.length > 1);
}

let splitPlans = 0;

const test = await deviceSuite('convolutions on deltas', sharedDevice, { isShared: true });

CASES.forEach((request, seed) => {
  const { shape, filters, window, activation, pool, end } = request;
  const name = `[${shape.join(', ')}], ${String(filters)} filters of ${window.join('x')}, ${activation ?? 'linear'}`;
  const pooling = pool ? `, ${pool.reduction} ${pool.window.join('x')}` : '';
  test(`${name}${pooling}, ${end}: equal to one evaluation a channel`, async ({ device }) => {
    const random = seededRandom(seed + 1);
    const tail = tailOf(request, random);
    const size = shape.reduce((product, length) => product * length, 1);
    const activations = request.zero ? new Float32Array(2 * size) : random.floats(2 * size, -0.5, 1);
    const input = {
      inputs: 2,
      activation: activations,
      ablation: { kind: 'values', values: random.floats(shape.at(-1) ?? 1) },
      score: 'probability',
      weighting: 'relative-drop',
      norm: 2,
      classes: 'predicted',
    } as const;
    const naive = naiveAblation(tail, input);
    const split = splitPlan(tail);
    for (const plan of split ? [planSteps(tail), split] : [planSteps(tail)]) {
      // The limits that split kernels leave no room for the scores of all classes.
      const wanted = plan === split ? {} : ({ classes: 'all', ablatedScores: true } as const);
      if (hasParts(plan)) splitPlans++;
      const prepared = await webGpuExecutor(device).prepare(plan);
      try {
        device.resetPeak();
        const weightBytes = device.liveBytes;
        const output = await prepared.run({
          ...input,
          ...wanted,
          logits: Float32Array.from(naive.logits),
        });
        const rows = Array.from(output.classIndices, (c, m) => {
          const at = Math.floor((2 * m) / output.classIndices.length) * plan.classes + c;
          return [...naive.weights.subarray(at * plan.channels, (at + 1) * plan.channels)];
        });
        assertClose(output.weights, rows.flat(), FLOAT32, 'weights');
        const keeps = output.ablatedScores !== null;
        assert.is(keeps, plan !== split);
        if (output.ablatedScores)
          assertClose(output.ablatedScores, naive.ablatedScores, FLOAT32, 'ablated scores');
        const maps = output.classIndices.length / 2;
        const planned = runBytes(plan, chunkSizes(plan, 2, maps, keeps), maps, keeps);
        const peak = device.peakBytes - weightBytes;
        assert.ok(peak <= planned, `peak ${String(peak)}, planned ${String(planned)}`);
      } finally {
        prepared.dispose();
      }
    }
  });
});

test('some of these kernels were split', () => {
  assert.ok(splitPlans >= 5, `only ${String(splitPlans)} plans`);
});

test('kernels in halves give the same numbers as in float32', async ({ device }) => {
  // Channels and filters in whole fours and not, windows of one cell and several, with pooling.
  for (const [seed, request] of [CASES[1]!, CASES[7]!, CASES[9]!].entries()) {
    const random = seededRandom(seed + 1);
    const drawn = tailOf(request, random);
    const nodes = drawn.nodes.map((node): TailNode => {
      const { operation } = node;
      const hasKernel = operation.kind === 'convolution' || operation.kind === 'dense';
      return hasKernel ? { ...node, operation: { ...operation, kernel: halved(operation.kernel) } } : node;
    });
    const tail = { ...drawn, nodes };
    const size = request.shape.reduce((product, length) => product * length, 1);
    const input = {
      inputs: 1,
      activation: random.floats(size, -0.5, 1),
      ablation: { kind: 'values', values: random.floats(request.shape.at(-1) ?? 1) },
      score: 'probability',
      weighting: 'relative-drop',
      norm: 2,
      classes: 'all',
    } as const;
    const naive = naiveAblation(tail, input);
    const logits = Float32Array.from(naive.logits);
    const weights: Float32Array[] = [];
    const bytes: number[] = [];
    for (const usesHalves of [true, false]) {
      const prepared = await webGpuExecutor(device, { layout: 'wide', usesHalves }).prepare(planSteps(tail));
      try {
        bytes.push(device.liveBytes);
        weights.push((await prepared.run({ ...input, logits })).weights);
      } finally {
        prepared.dispose();
      }
    }
    const [halves = new Float32Array(), floats = new Float32Array()] = weights;
    assertClose(halves, naive.weights, FLOAT32, `halves of case ${String(seed)}`);
    assert.equal(halves, floats, `case ${String(seed)}`);
    assert.ok((bytes[0] ?? 0) < (bytes[1] ?? 0), 'kernels take less memory');
  }
});

/** Batch normalization and a ReLU, then layers to which single channels contribute: convolutions of both kernels, or a dense one. */
function behindConstants(window: readonly number[] | null, random: SeededRandom): Tail {
  const [shape, filters] = [[6, 5, 4], 8];
  const nodes: TailNode[] = [{ name: 'target', operation: { kind: 'target' }, inputs: [], shape }];
  const add = (operation: Operation, output: Shape): void => {
    nodes.push({ name: operation.kind, operation, inputs: [nodes.length - 1], shape: output });
  };
  add({ kind: 'affine', scale: random.floats(4), shift: random.floats(4) }, shape);
  add({ kind: 'activation', function: 'relu' }, shape);
  let size = 120;
  if (window) {
    const taps = window.reduce((product, length) => product * length, 1);
    const sliding = { window, strides: [1, 1], dilation: [1, 1], padBefore: [1, 1] };
    const kernel = random.floats(taps * 4 * filters, -0.3, 0.3);
    add({ kind: 'convolution', filters, ...sliding, kernel, bias: random.floats(filters) }, [6, 5, filters]);
    add({ kind: 'activation', function: 'relu' }, [6, 5, filters]);
    size = 30 * filters;
  }
  add({ kind: 'reshape' }, [size]);
  const units = 8;
  add({ kind: 'dense', units, kernel: random.floats(size * units, -0.2, 0.2), bias: null }, [units]);
  add({ kind: 'activation', function: 'tanh' }, [units]);
  add({ kind: 'dense', units: 5, kernel: random.floats(units * 5, -0.2, 0.2), bias: null }, [5]);
  return { nodes, target: 0, output: nodes.length - 1, scoreFunction: 'softmax' };
}

test('planes of one number are not written out where layers can do without', async ({ device }) => {
  const random = seededRandom(3);
  for (const window of [[3, 3], [5, 4], null]) {
    const tail = behindConstants(window, random);
    const plan = planSteps(tail);
    const input = {
      inputs: 2,
      activation: random.floats(2 * 120, -0.5, 1),
      score: 'probability',
      weighting: 'relative-drop',
      norm: 2,
    } as const;
    const ablations = [
      { kind: 'values', values: random.floats(4) },
      { kind: 'values', values: random.floats(8) },
      { kind: 'channel-mean' },
    ] as const;
    for (const layout of ['wide', 'serial'] as const) {
      const { dispatches } = launchReport(plan, { layout, inputs: 2 });
      assert.not.ok(dispatches.some(({ name }) => name === 'switch-off'));
      // What batch normalization and the ReLU make of the numbers is one number a channel, too.
      const ofChannels = dispatches.filter(({ writtenBytes }) => writtenBytes === 4 * 4);
      assert.is(ofChannels.length, 2);
      const prepared = await webGpuExecutor(device, { layout }).prepare(plan);
      try {
        for (const ablation of ablations) {
          const naive = naiveAblation(tail, { ...input, ablation });
          const logits = Float32Array.from(naive.logits);
          const output = await prepared.run({ ...input, ablation, logits, classes: 'all' });
          assertClose(
            output.weights,
            naive.weights,
            FLOAT32,
            `${layout}, ${String(window)}, ${ablation.kind}`,
          );
        }
      } finally {
        prepared.dispose();
      }
    }
  }
});

test.run();
