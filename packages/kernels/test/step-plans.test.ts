import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  bytesPerInput,
  bytesPerVariant,
  KernelsError,
  planSteps,
  referenceExecutor,
  type AblationInput,
  type AblationOutput,
  type FrontierChunk,
  type PlanOptions,
  type Tail,
} from '../src/index.ts';
import { evaluateWithCubes } from './support/naive-deltas.ts';
import { naiveAblation } from './support/naive-ablation.ts';
import { TailDrawing } from './support/tail-drawing.ts';

/** Results are stored in float32; the two ways themselves agree to 1e-12. */
const STORED = { ofLargest: 1e-6, absolute: 1e-7 };

const test = suite('plans in steps on the reference executor');

const SHAPE = [4, 4, 5];
const INPUTS = 3;

/** conv, relu, pool, dense, with a constant added where asked for and a cube that has no rule. */
function tailOf({ constant = false, opaque = false } = {}): { tail: Tail; drawing: TailDrawing } {
  const drawing = new TailDrawing(seededRandom(7), SHAPE, false);
  let x = drawing.convolution(drawing.target, 6);
  x = drawing.add({ kind: 'activation', function: 'relu' }, [x], drawing.shape(x));
  if (constant) {
    x = drawing.add({ kind: 'merge', function: 'add' }, [x, drawing.constant([6])], drawing.shape(x));
    x = drawing.add({ kind: 'activation', function: 'swish' }, [x], drawing.shape(x));
  }
  x = drawing.add({ kind: 'global-pool', reduction: 'max' }, [x], [6]);
  if (opaque) x = drawing.add({ kind: 'opaque', layerClass: 'Cube' }, [x], [6]);
  const output = drawing.dense(x, 4);
  return {
    tail: { nodes: drawing.nodes, target: drawing.target, output, scoreFunction: 'softmax' },
    drawing,
  };
}

type CpuInput = AblationInput & { readonly activation: Float32Array };

function inputOf(tail: Tail, changes: Partial<Omit<AblationInput, 'activation' | 'logits'>> = {}): CpuInput {
  const random = seededRandom(11);
  const input = {
    inputs: INPUTS,
    activation: random.floats(INPUTS * 80),
    logits: new Float32Array(INPUTS * 4),
    ablation: { kind: 'values', values: random.floats(5) },
    score: 'probability',
    weighting: 'relative-drop',
    norm: 2,
    classes: 'predicted',
    ablatedScores: true,
    ...changes,
  } as const;
  for (let n = 0; n < INPUTS; n++) input.logits.set(logitsOf(tail, input, n), n * 4);
  return input;
}

/** Logits of input n, by one evaluation of the tail; without channel `ablated`, where one is named. */
function logitsOf(
  tail: Tail,
  { activation, ablation, constants }: CpuInput,
  n: number,
  ablated = -1,
): Float64Array {
  const off = ablation.kind === 'values' ? (ablation.values[ablated] ?? 0) : NaN;
  const masked = Float64Array.from(activation.subarray(n * 80, (n + 1) * 80), (on, i) => {
    return i % 5 === ablated ? off : on;
  });
  const given = new Map([[tail.target, masked]]);
  for (const [node, values] of constants ?? []) {
    if (values instanceof Float32Array)
      given.set(node, Float64Array.from(values.subarray(n * 6, (n + 1) * 6)));
  }
  return evaluateWithCubes(tail, given)[tail.output] ?? new Float64Array();
}

async function run(tail: Tail, input: AblationInput, options: PlanOptions = {}): Promise<AblationOutput> {
  const prepared = await referenceExecutor().prepare(planSteps(tail, options));
  return prepared.run(input);
}

test('scores and weights of several inputs are those of the naive loop, whatever stands for off', async () => {
  const { tail } = tailOf();
  const ablations = [
    { kind: 'values', values: new Float32Array(5) },
    { kind: 'values', values: seededRandom(2).floats(5) },
    { kind: 'values', values: seededRandom(3).floats(INPUTS * 5) },
    { kind: 'channel-mean' },
  ] as const;
  for (const ablation of ablations) {
    for (const [score, weighting] of [
      ['probability', 'relative-drop'],
      ['logit', 'slope'],
    ] as const) {
      const input = inputOf(tail, { ablation, score, weighting, classes: 'all' });
      const expected = naiveAblation(tail, input);
      const found = await run(tail, input);
      assertClose(found.ablatedScores ?? [], expected.ablatedScores, STORED, 'ablated scores');
      assertClose(found.weights, expected.weights, STORED, 'weights');
    }
  }
});

test('the map is the weighted sum of the channels', async () => {
  const { tail } = tailOf();
  const input = inputOf(tail);
  const { weights, map, mapSigned } = await run(tail, input);
  const expected = Float64Array.from({ length: INPUTS * 16 }, (_, i) => {
    const n = Math.floor(i / 16);
    let sum = 0;
    for (let k = 0; k < 5; k++) {
      const weight = weights[n * 5 + k] ?? 0;
      sum += weight * (input.activation[i * 5 + k] ?? 0);
    }
    return sum;
  });
  assertClose(mapSigned, expected, STORED);
  assertClose(
    map,
    expected.map((value) => Math.max(0, value)),
    STORED,
  );
});

test('constants come with each run, a value for every input', async () => {
  const { tail, drawing } = tailOf({ constant: true });
  const [node = -1] = drawing.constants.keys();
  const constants = new Map([[node, seededRandom(5).floats(INPUTS * 6)]]);
  const input = inputOf(tail, { constants, score: 'logit' });
  const { ablatedScores } = await run(tail, input);
  for (let n = 0; n < INPUTS; n++) {
    for (let k = 0; k < 5; k++) {
      const row = (n * 5 + k) * 4;
      assertClose(ablatedScores?.subarray(row, row + 4) ?? [], logitsOf(tail, input, n, k), STORED);
    }
  }
});

test('a missing constant is asked for by name', async () => {
  const { tail } = tailOf({ constant: true });
  const input = inputOf(tailOf().tail);
  const error = await run(tail, input).catch((reason: unknown) => reason);
  assert.ok(error instanceof KernelsError && error.code === 'invalid-input');
  assert.match(error.message, /constant_\d+/);
});

test('a fallback hands the variants out in chunks of the budget and takes logits back', async () => {
  const { tail } = tailOf({ opaque: true });
  const cube = tail.nodes.findIndex(({ operation }) => operation.kind === 'opaque');
  const chunks: FrontierChunk[] = [];
  const continueFrom = (chunk: FrontierChunk): Promise<Float32Array> => {
    chunks.push(chunk);
    const [tensor] = chunk.tensors;
    const size = (tensor?.values.length ?? 0) / chunk.variants;
    const rows = Array.from({ length: chunk.variants }, (_, row) => {
      const x = Float64Array.from(tensor?.values.subarray(row * size, (row + 1) * size) ?? []);
      const cubes = new Map([
        [tail.target, new Float64Array(80)],
        [cube, x.map((value) => value ** 3)],
      ]);
      return [...(evaluateWithCubes(tail, cubes)[tail.output] ?? [])];
    });
    return Promise.resolve(Float32Array.from(rows.flat()));
  };
  const input = inputOf(tail, { continueFrom, score: 'logit' });
  const whole = await run(tail, input);
  assert.equal(
    chunks.map(({ variants }) => variants),
    [5, 5, 5],
  );
  assert.is(chunks[0]?.tensors[0]?.node, cube - 1);
  chunks.length = 0;
  const plan = planSteps(tail);
  const budgetBytes = bytesPerInput(plan) + 2 * bytesPerVariant(plan);
  const parts = await run(tail, input, { budgetBytes });
  assert.equal(
    chunks.map(({ variants }) => variants),
    [2, 2, 1, 2, 2, 1, 2, 2, 1],
  );
  assertClose(parts.weights, whole.weights, {});
  // What is handed out is float32, and a cube triples its relative error.
  assertClose(whole.ablatedScores?.subarray(-4) ?? [], logitsOf(tail, input, 2, 4), { ofLargest: 1e-5 });
});

test('without anybody to go on, a fallback is refused and the reason named', async () => {
  const { tail } = tailOf({ opaque: true });
  const error = await run(tail, inputOf(tail)).catch((reason: unknown) => reason);
  assert.ok(error instanceof KernelsError && error.code === 'unsupported-tail');
  assert.match(error.message, /Cube/);
});

test('too few logits from those who go on are refused', async () => {
  const { tail } = tailOf({ opaque: true });
  const continueFrom = () => Promise.resolve(new Float32Array(7));
  const error = await run(tail, inputOf(tail, { continueFrom })).catch((reason: unknown) => reason);
  assert.ok(error instanceof KernelsError && error.code === 'invalid-input');
  assert.match(error.message, /Expected 20 logits from `continueFrom`, got 7/);
});

test('five thousand operations behind one another are planned', () => {
  const drawing = new TailDrawing(seededRandom(3), SHAPE, false);
  let x = drawing.target;
  for (let i = 0; i < 5000; i++) {
    x = drawing.add({ kind: 'activation', function: 'tanh' }, [x], SHAPE);
  }
  const output = drawing.dense(drawing.add({ kind: 'global-pool', reduction: 'max' }, [x], [5]), 3);
  const { inputSteps } = planSteps({
    nodes: drawing.nodes,
    target: drawing.target,
    output,
    scoreFunction: 'softmax',
  });
  // Each with the target's value, and with what stands for it.
  assert.is(inputSteps.filter(({ kind }) => kind === 'evaluate').length, 2 * 5001);
});

test('an abort between variants ends the run', async () => {
  const { tail } = tailOf();
  const controller = new AbortController();
  const input = inputOf(tail, {
    signal: controller.signal,
    onProgress: () => {
      controller.abort();
    },
  });
  const error = await run(tail, input).catch((reason: unknown) => reason);
  assert.is((error as Error).name, 'AbortError');
});

test.run();
