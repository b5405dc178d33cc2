import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, seededRandom, type SeededRandom } from '@ablation-cam/tools/testing';
import {
  channelsOf,
  describePlan,
  planSteps,
  referenceExecutor,
  type AblationInput,
  type Operation,
  type Shape,
  type Tail,
  type TailNode,
} from '../src/index.ts';
import { linear } from '../src/lowering/operations/linear.ts';
import { ProgramBuilder } from '../src/lowering/program-builder.ts';
import { onnxRuntimeExecutor } from '../src/onnxruntime/onnxruntime-executor.ts';
import { ProgramSession } from '../src/onnxruntime/session.ts';
import { writeProgram } from '../src/onnxruntime/write-program.ts';
import { productsWithZero } from '../src/reference/operations/windows.ts';
import { randomWindow } from './support/random-window.ts';
import { runProgram } from './support/run-program.ts';

const [VARIANTS, INPUTS, CHANNELS, FILTERS] = [64, 2, 16, 512];
const ROWS = VARIANTS * INPUTS;

const test = suite('cells that are 0 in all variants');

/** A convolution of deltas, of which those of a share of all cells are not 0 in some variants. */
function drawConvolution(random: SeededRandom, share: number) {
  const shape = [random.integer(1, 5), random.integer(2, 5), CHANNELS];
  const { sliding, positions } = randomWindow(random, shape, true);
  const taps = sliding.window.reduce((product, size) => product * size, 1);
  const isActive = Float64Array.from({ length: CHANNELS * shape[0]! * shape[1]! }, () =>
    Number(random.uniform() < share),
  );
  const deltas = Float32Array.from({ length: ROWS * isActive.length }, (_, i) => {
    return isActive[i % isActive.length] === 0 || random.uniform() < 0.5 ? 0 : random.uniform(-1, 1);
  });
  return { shape, sliding, positions, taps, deltas, kernel: random.floats(taps * CHANNELS * FILTERS) };
}

/** How many multiply-adds may be left out: those of cells that are 0 in all rows, and of padding. */
function idle({ shape, sliding, positions, deltas }: ReturnType<typeof drawConvolution>): number {
  const cells = deltas.length / ROWS;
  const used = Float64Array.from({ length: cells }, (_, cell) => {
    return Number(Array.from({ length: ROWS }, (__, row) => deltas[row * cells + cell]).some((d) => d !== 0));
  });
  return ROWS * FILTERS * productsWithZero(sliding, { shape, data: used }, [...positions, FILTERS]);
}

/** A program that convolves images as they are given, and its model, of a chunk that is one of two. */
function written({ shape, sliding, positions, kernel }: Omit<ReturnType<typeof drawConvolution>, 'deltas'>) {
  const b = new ProgramBuilder(VARIANTS, true, Infinity, true);
  const images = b.reshape(b.given(0, [VARIANTS, ...shape]), [b.rows(), ...shape]);
  const sums = linear(b, images, kernel, sliding, positions, { skipsZeroCells: true });
  const program = b.finish(null, [sums]);
  const part = { nodes: program.once, outputs: [sums] };
  return { program, sums, model: writeProgram(program, part, { chunk: VARIANTS, all: 2 * VARIANTS }) };
}

async function convolved(drawn: ReturnType<typeof drawConvolution>) {
  const { program, sums, model } = written(drawn);
  const { deltas } = drawn;
  const session = await ProgramSession.create(model, { threads: 1 });
  const found = await session.run(new Map([[program.given[0]!.value!, deltas]]), {
    inputs: INPUTS,
    first: 0,
    variants: VARIANTS,
  });
  session.dispose();
  const given = new Map([[0, Float64Array.from(deltas)]]);
  const [expected] = runProgram(
    program,
    { inputs: INPUTS, given, off: new Float64Array() },
    VARIANTS,
    VARIANTS,
  );
  return { found: found.values.get(sums)!, leftOut: found.operationsLeftOut, expected: expected! };
}

test('what ONNX Runtime leaves out of convolutions changes no number, and is counted', async () => {
  const random = seededRandom(17);
  for (const share of [0, 0.02, 0.1, 0.1, 0.15, 0.15, 0.2, 0.2]) {
    const drawn = drawConvolution(random, share);
    const { found, leftOut, expected } = await convolved(drawn);
    const message = `share ${String(share)} of ${JSON.stringify({ ...drawn, deltas: 0, kernel: 0 })}`;
    // Sums of up to 144 products in single precision.
    assertClose(found, expected, { ofLargest: 1e-5, absolute: 1e-6 }, message);
    assert.is(leftOut, idle(drawn), message);
  }
});

test('where most cells count the convolution is done as a whole', async () => {
  const drawn = drawConvolution(seededRandom(3), 0.9);
  const { found, leftOut, expected } = await convolved(drawn);
  assertClose(found, expected, { ofLargest: 1e-5 }, 'dense');
  assert.is(leftOut, 0);
});

test('the convolution for too many cells owns its weights, which ONNX Runtime lays out only so', () => {
  const { model } = written(drawConvolution(seededRandom(3), 0.1));
  const { graph } = fromBinary(ModelProtoSchema, model.model.bytes);
  const branches = graph?.node.find(({ opType }) => opType === 'If')?.attribute ?? [];
  const whole = branches.find(({ name }) => name === 'else_branch')?.g;
  const kernel = whole?.node.find(({ opType }) => opType === 'Conv')?.input[1];
  assert.ok(whole?.initializer.some(({ name }) => name === kernel));
});

test('a delta that is no number reaches every sum that reads it', async () => {
  const drawn = drawConvolution(seededRandom(5), 0.1);
  drawn.deltas[0] = NaN;
  const { found, expected } = await convolved(drawn);
  const isLost = (values: ArrayLike<number>): boolean[] => Array.from(values, Number.isNaN);
  assert.ok(isLost(expected).some(Boolean));
  assert.equal(isLost(found), isLost(expected));
});

/** A target, two convolutions behind each other with ReLU, pooling and a dense layer, most of whose units are off. */
function restingTail(random: SeededRandom): Tail {
  const window = { window: [3, 3], strides: [1, 1], dilation: [1, 1], padBefore: [1, 1] };
  const [side, channels, filters, classes] = [4, 64, 128, 4];
  const convolution = (own: number) => {
    const kernel = random.floats(9 * own * filters);
    const bias = random.floats(filters, -14, 0);
    return { kind: 'convolution', filters, ...window, kernel, bias } as const;
  };
  const relu = { kind: 'activation', function: 'relu' } as const;
  const shape = [side, side, filters];
  return {
    nodes: [
      { name: 'target', operation: { kind: 'target' }, inputs: [], shape: [side, side, channels] },
      { name: 'first', operation: convolution(channels), inputs: [0], shape },
      { name: 'first_relu', operation: relu, inputs: [1], shape },
      { name: 'second', operation: convolution(filters), inputs: [2], shape },
      { name: 'second_relu', operation: relu, inputs: [3], shape },
      {
        name: 'pool',
        operation: { kind: 'global-pool', reduction: 'average' },
        inputs: [4],
        shape: [filters],
      },
      {
        name: 'dense',
        operation: { kind: 'dense', units: classes, kernel: random.floats(filters * classes), bias: null },
        inputs: [5],
        shape: [classes],
      },
    ],
    target: 0,
    output: 6,
    scoreFunction: 'softmax',
  };
}

/**
 * A target and two basic blocks of a residual network behind it: convolutions with batch normalization, ReLU behind the first of a
 * block and behind its addition (He et al. 2016, "Deep Residual Learning for Image Recognition", Fig. 5 left).
 *
 * @param shifts of the batch normalizations, each drawn from here, where what they normalize has a deviation of about 1
 */
function residualTail(random: SeededRandom, shifts: readonly [number, number]): Tail {
  const [side, channels, classes] = [4, 128, 4];
  const shape = [side, side, channels];
  const nodes: TailNode[] = [{ name: 'target', operation: { kind: 'target' }, inputs: [], shape }];
  const add = (operation: Operation, inputs: readonly number[], output: Shape): number =>
    nodes.push({ name: `${operation.kind}_${String(nodes.length)}`, operation, inputs, shape: output }) - 1;
  const normalized = (x: number): number => {
    const window = { window: [3, 3], strides: [1, 1], dilation: [1, 1], padBefore: [1, 1] };
    // Of inputs whose squares are about a third.
    const bound = 3 / Math.sqrt(9 * channels);
    const kernel = random.floats(9 * channels * channels, -bound, bound);
    const convolved = add(
      { kind: 'convolution', filters: channels, ...window, kernel, bias: null },
      [x],
      shape,
    );
    const scale = new Float32Array(channels).fill(1);
    return add({ kind: 'affine', scale, shift: random.floats(channels, ...shifts) }, [convolved], shape);
  };
  const relu = (x: number): number => add({ kind: 'activation', function: 'relu' }, [x], shape);
  let x = 0;
  for (let block = 0; block < 2; block++) {
    const branch = normalized(relu(normalized(x)));
    x = relu(add({ kind: 'merge', function: 'add' }, [x, branch], shape));
  }
  x = add({ kind: 'global-pool', reduction: 'average' }, [x], [channels]);
  const kernel = random.floats(channels * classes);
  const output = add({ kind: 'dense', units: classes, kernel, bias: null }, [x], [classes]);
  return { nodes, target: 0, output, scoreFunction: 'softmax' };
}

/** Multiply-adds that are planned, and that the executors which tell zeros do, of a tail whose variants go in several chunks. */
async function counted(tail: Tail, random: SeededRandom, budgetBytes?: number) {
  const [side = 1, , channels = 1] = tail.nodes[tail.target]?.shape ?? [];
  const classes = channelsOf(tail.nodes[tail.output]?.shape ?? []);
  const plan = planSteps(tail, budgetBytes === undefined ? {} : { budgetBytes });
  const done: number[] = [];
  const input: AblationInput = {
    inputs: 1,
    activation: random.floats(side * side * channels, 0, 1),
    logits: random.floats(classes),
    ablation: { kind: 'values', values: new Float32Array(channels) },
    score: 'logit',
    weighting: 'slope',
    norm: 2,
    classes: 'all',
    onProgress: (count) => done.push(count),
  };
  const run = async (executor: ReturnType<typeof referenceExecutor>) => {
    const prepared = await executor.prepare(plan);
    try {
      return await prepared.run(input);
    } finally {
      prepared.dispose();
    }
  };
  const reference = await run(referenceExecutor());
  const native = await run(onnxRuntimeExecutor(() => Promise.resolve(), { threads: 1 }));
  assert.is(
    done.some((count) => count < 1),
    budgetBytes !== undefined,
    'variants go in several chunks, where memory is little',
  );
  assertClose(native.weights, reference.weights, { ofLargest: 1e-5 }, 'weights');
  const planned = describePlan(plan).operations.plan;
  return {
    reference: planned / (planned - reference.operationsLeftOut),
    native: planned / (planned - native.operationsLeftOut),
  };
}

/** Memory for several chunks, each of enough variants for what counts to be brought together. */
const SEVERAL_CHUNKS = 2 ** 22;

test('a target two layers deep takes less than half of the multiply-adds that are planned', async () => {
  const random = seededRandom(11);
  const { reference, native } = await counted(restingTail(random), random);
  // One variant by itself has more zeros than all together.
  assert.ok(native > 2 && reference > native, `${String(reference)} and ${String(native)} times fewer`);
});

test('a target two residual blocks deep takes less than half, in one chunk or several', async () => {
  for (const budgetBytes of [undefined, SEVERAL_CHUNKS]) {
    const found = async (shifts: readonly [number, number]) => {
      const random = seededRandom(12);
      return counted(residualTail(random, shifts), random, budgetBytes);
    };
    // Half of the units count, and behind an addition more.
    const centered = await found([-1, 1]);
    assert.ok(centered.reference > 2.6, `every cell: ${String(centered.reference)} times fewer`);
    assert.ok(centered.native > 2.4, `centered: ${String(centered.native)} times fewer`);
    const trained = await found([-1.5, 0.5]);
    assert.ok(trained.reference > 3.7, `every cell: ${String(trained.reference)} times fewer`);
    assert.ok(trained.native > 3.2, `as trained: ${String(trained.native)} times fewer`);
  }
});

test.run();
