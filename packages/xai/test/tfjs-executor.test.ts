import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as tf from '@tensorflow/tfjs';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import {
  KernelsError,
  planAblation,
  planSteps,
  type AblationInput,
  type AblationOutput,
  type FrontierChunk,
  type Operation,
  type Plan,
  type Shape,
  type Tail,
  type TailNode,
} from '@ablation-cam/kernels';
import { useBackend } from '@ablation-cam/model';
import { tfjsExecutor } from '../src/executors/tfjs/tfjs-executor.ts';
import { exactAblation } from './support/exact-ablation.ts';

const SHAPE = [6, 5, 4];
const CHANNELS = 4;
const FILTERS = 3;
const CLASSES = 3;
const INPUTS = 3;

/** Bytes that hold one input and some of its variants. */
const SMALL_BUDGET = 23_500;

/** Single precision throughout, and a few layers. */
const SINGLE_PRECISION = { ofLargest: 1e-4, absolute: 2e-6 };

const test = suite('the tfjs executor');

test.before(async () => {
  await useBackend('wasm');
});

/** Convolution, activation, maximum over windows with padding, means, dense; `opaque` in between where asked for. */
function tailOf(activation: 'relu' | 'tanh' = 'relu', opaque = false): Tail {
  const random = seededRandom(3);
  const nodes: TailNode[] = [{ name: 'target', operation: { kind: 'target' }, inputs: [], shape: SHAPE }];
  const add = (operation: Operation, shape: Shape): void => {
    nodes.push({ name: operation.kind, operation, inputs: [nodes.length - 1], shape });
  };
  const ones = [1, 1];
  const kernel = random.floats(9 * CHANNELS * FILTERS);
  const sliding = { window: [3, 3], strides: ones, dilation: ones, padBefore: ones };
  add({ kind: 'convolution', filters: FILTERS, ...sliding, kernel, bias: random.floats(FILTERS) }, [
    6,
    5,
    FILTERS,
  ]);
  add({ kind: 'activation', function: activation }, [6, 5, FILTERS]);
  const window = { window: [2, 2], strides: [2, 2], padBefore: [0, 1] };
  add({ kind: 'pool', reduction: 'max', ...window }, [3, 3, FILTERS]);
  add({ kind: 'global-pool', reduction: 'average' }, [FILTERS]);
  if (opaque) add({ kind: 'opaque', layerClass: 'Same' }, [FILTERS]);
  const weights = random.floats(FILTERS * CLASSES);
  add({ kind: 'dense', units: CLASSES, kernel: weights, bias: random.floats(CLASSES) }, [CLASSES]);
  return { nodes, target: 0, output: nodes.length - 1, scoreFunction: 'softmax' };
}

const WIDE = 96;

/** Twelve convolutions that take about a second together. */
function wideTail(): Tail {
  const random = seededRandom(6);
  const nodes: TailNode[] = [
    { name: 'target', operation: { kind: 'target' }, inputs: [], shape: [WIDE, WIDE, CHANNELS] },
  ];
  const add = (operation: Operation, shape: Shape): void => {
    nodes.push({ name: operation.kind, operation, inputs: [nodes.length - 1], shape });
  };
  const ones = [1, 1];
  const sliding = { window: [3, 3], strides: ones, dilation: ones, padBefore: ones };
  let channels = CHANNELS;
  for (let layer = 0; layer < 12; layer++) {
    const kernel = random.floats(9 * channels * 64, -0.1, 0.1);
    channels = 64;
    add({ kind: 'convolution', filters: channels, ...sliding, kernel, bias: null }, [WIDE, WIDE, channels]);
    add({ kind: 'activation', function: 'relu' }, [WIDE, WIDE, channels]);
  }
  add({ kind: 'global-pool', reduction: 'average' }, [channels]);
  add({ kind: 'dense', units: CLASSES, kernel: random.floats(channels * CLASSES), bias: null }, [CLASSES]);
  return { nodes, target: 0, output: nodes.length - 1, scoreFunction: 'softmax' };
}

/** A tail that a single dispatch covers. */
function separableTail(): Tail {
  const { nodes, ...tail } = tailOf();
  const features = 120;
  const kernel = seededRandom(4).floats(features * CLASSES);
  const dense: Operation = { kind: 'dense', units: CLASSES, kernel, bias: null };
  return {
    ...tail,
    nodes: [
      ...nodes.slice(0, 1),
      { name: 'relu', operation: { kind: 'activation', function: 'relu' }, inputs: [0], shape: SHAPE },
      { name: 'flatten', operation: { kind: 'reshape' }, inputs: [1], shape: [features] },
      { name: 'dense', operation: dense, inputs: [2], shape: [CLASSES] },
    ],
    output: 3,
  };
}

type CpuInput = AblationInput & { readonly activation: Float32Array };

function inputOf(tail: Tail, changes: Partial<AblationInput> = {}): CpuInput {
  const random = seededRandom(5);
  const activation = random.floats(INPUTS * 120);
  const off = random.floats(CHANNELS);
  const exact = Array.from({ length: INPUTS }, (_, n) => [...exactOf(tail, activation, n, off).logits]);
  return {
    inputs: INPUTS,
    logits: Float32Array.from(exact.flat()),
    ablation: { kind: 'values', values: off },
    score: 'probability',
    weighting: 'relative-drop',
    norm: 2,
    classes: 'all',
    ...changes,
    activation,
  };
}

function exactOf(
  tail: Tail,
  activation: Float32Array,
  n: number,
  off: ArrayLike<number>,
): ReturnType<typeof exactAblation> {
  const values = new Map([[tail.target, activation.subarray(n * 120, (n + 1) * 120)]]);
  return exactAblation(withoutOpaque(tail), values, off);
}

/** The opaque node of these tails hands its input on. */
function withoutOpaque(tail: Tail): Tail {
  const nodes = tail.nodes.map((node): TailNode => {
    return node.operation.kind === 'opaque' ? { ...node, operation: { kind: 'reshape' } } : node;
  });
  return { ...tail, nodes };
}

async function run(plan: Plan, input: AblationInput): Promise<AblationOutput> {
  const prepared = await tfjsExecutor().prepare(plan);
  try {
    return await prepared.run(input);
  } finally {
    prepared.dispose();
  }
}

function assertExact(tail: Tail, input: CpuInput, { weights }: AblationOutput): void {
  const off = input.ablation.kind === 'values' ? input.ablation.values : [];
  for (let n = 0; n < INPUTS; n++) {
    const expected = exactOf(tail, input.activation, n, off).weights;
    assertClose(weights.subarray(n * expected.length, (n + 1) * expected.length), expected, SINGLE_PRECISION);
  }
}

for (const backend of ['wasm', 'cpu'] as const) {
  test(`weighs as the definition says on the ${backend} backend, for every way to fuse steps`, async () => {
    await useBackend(backend);
    try {
      for (const activation of ['relu', 'tanh'] as const) {
        const tail = tailOf(activation);
        const input = inputOf(tail);
        for (const fusion of ['pooling', 'activation', 'none'] as const) {
          assertExact(tail, input, await run(planSteps(tail, { fusion }), input));
        }
      }
    } finally {
      await useBackend('wasm');
    }
  });
}

test('plans a tail for a single dispatch again, in steps', async () => {
  const tail = separableTail();
  const input = inputOf(tail);
  assertExact(tail, input, await run(planAblation(tail), input));
});

test('gives the same in small chunks of variants as in one', async () => {
  const tail = tailOf();
  const input = inputOf(tail);
  const whole = await run(planSteps(tail), input);
  const chunks: FrontierChunk[] = [];
  const opaque = tailOf('relu', true);
  const continueFrom = async (chunk: FrontierChunk): Promise<Float32Array> => {
    chunks.push(chunk);
    const last = opaque.nodes.at(-1)?.operation;
    if (last?.kind !== 'dense') throw new Error('the tail ends otherwise');
    const [frontier] = chunk.tensors;
    const logits = tf.tidy(() =>
      tf
        .matMul(
          tf.tensor2d(frontier?.values ?? [], [chunk.inputs * chunk.variants, FILTERS]),
          tf.tensor2d(last.kernel, [FILTERS, CLASSES]),
        )
        .add(tf.tensor1d(last.bias ?? [])),
    );
    try {
      return Float32Array.from(await logits.data());
    } finally {
      logits.dispose();
    }
  };
  const found = await run(planSteps(opaque, { budgetBytes: SMALL_BUDGET }), { ...input, continueFrom });
  assertClose(found.weights, whole.weights, SINGLE_PRECISION);
  assert.ok(chunks.length > INPUTS, 'variants of an input go in several chunks');
  assert.is(
    chunks.reduce((sum, { inputs, variants }) => sum + inputs * variants, 0),
    INPUTS * CHANNELS,
  );
});

test('a budget that no variant fits into is refused', async () => {
  const tail = tailOf();
  const error: unknown = await run(planSteps(tail, { budgetBytes: 1000 }), inputOf(tail)).catch(
    (e: unknown) => e,
  );
  assert.ok(error instanceof KernelsError && error.code === 'too-large');
});

test('reports its progress, input by input, up to the last', async () => {
  const tail = tailOf();
  const done: number[] = [];
  await run(
    planSteps(tail, { budgetBytes: SMALL_BUDGET }),
    inputOf(tail, { onProgress: (count) => done.push(count) }),
  );
  assert.equal(done, [1, 2, 3]);
});

test('leaves no tensor behind: after a run, an abort, an error of the caller and a bad input', async () => {
  const tail = tailOf('relu', true);
  const plan = planSteps(tail, { budgetBytes: SMALL_BUDGET });
  const before = tf.memory().numTensors;
  const zeros = ({ inputs, variants }: FrontierChunk): Promise<Float32Array> =>
    Promise.resolve(new Float32Array(inputs * variants * CLASSES));
  await run(plan, inputOf(tail, { continueFrom: zeros }));
  assert.is(tf.memory().numTensors, before, 'after a run');

  const controller = new AbortController();
  const aborted = inputOf(tail, {
    signal: controller.signal,
    continueFrom: (chunk) => {
      controller.abort();
      return zeros(chunk);
    },
  });
  const ways: readonly [string, AblationInput, RegExp][] = [
    ['an abort', aborted, /aborted/],
    [
      'an error of the caller',
      inputOf(tail, { continueFrom: () => Promise.reject(new Error('mine')) }),
      /mine/,
    ],
    [
      'too few logits',
      inputOf(tail, { continueFrom: () => Promise.resolve(new Float32Array(1)) }),
      /Expected \d+ logits/,
    ],
    [
      'a bad input',
      { ...inputOf(tail, { continueFrom: zeros }), inputs: 2 },
      /Expected 240 values of activation/,
    ],
  ];
  for (const [what, input, message] of ways) {
    const error: unknown = await run(plan, input).catch((e: unknown) => e);
    assert.match(error instanceof Error ? error.message : '', message, what);
    assert.is(tf.memory().numTensors, before, `after ${what}`);
  }
});

test('a prepared plan is run a thousand times, and nothing is left over', async () => {
  const tail = tailOf();
  const input = inputOf(tail);
  const before = tf.memory().numTensors;
  for (const budgetBytes of [SMALL_BUDGET, 1e8]) {
    const prepared = await tfjsExecutor().prepare(planSteps(tail, { budgetBytes }));
    const first = await prepared.run(input);
    const { numTensors, numDataBuffers, numBytes } = tf.memory();
    for (let i = 1; i < 1000; i++) await prepared.run(input);
    const last = await prepared.run(input);
    const after = tf.memory();
    assert.equal(
      [after.numTensors, after.numDataBuffers, after.numBytes],
      [numTensors, numDataBuffers, numBytes],
    );
    assert.equal(last.weights, first.weights);
    prepared.dispose();
    prepared.dispose();
    assert.is(tf.memory().numTensors, before);
  }
});

test('runs of one prepared plan side by side do not disturb each other', async () => {
  const tail = tailOf();
  const input = inputOf(tail);
  const alone = { ...input, inputs: 1, activation: input.activation.subarray(0, 120) };
  const one = {
    ...alone,
    logits: Float32Array.from(exactOf(tail, alone.activation, 0, [0, 0, 0, 0]).logits),
  };
  for (const budgetBytes of [SMALL_BUDGET, 1e8]) {
    const prepared = await tfjsExecutor().prepare(planSteps(tail, { budgetBytes }));
    const [all, first, again] = await Promise.all([input, one, input].map((each) => prepared.run(each)));
    assert.equal(again?.weights, all?.weights);
    assertClose(first?.weights ?? [], all?.weights.subarray(0, CHANNELS * CLASSES) ?? [], SINGLE_PRECISION);
    prepared.dispose();
  }
});

test('a timer fires and an abort takes effect in the middle of a chunk', async () => {
  const plan = planSteps(wideTail());
  const prepared = await tfjsExecutor().prepare(plan);
  const controller = new AbortController();
  let chunks = 0;
  const input: AblationInput = {
    ...inputOf(tailOf()),
    inputs: 1,
    activation: seededRandom(1).floats(WIDE * WIDE * CHANNELS),
    logits: new Float32Array(CLASSES),
    signal: controller.signal,
    onProgress: () => chunks++,
  };
  setTimeout(() => {
    controller.abort();
  }, 1);
  const error: unknown = await prepared.run(input).catch((reason: unknown) => reason);
  prepared.dispose();
  assert.is(error, controller.signal.reason);
  assert.is(chunks, 0);
});

test.run();
