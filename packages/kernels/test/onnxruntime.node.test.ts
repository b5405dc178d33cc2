import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose } from '@ablation-cam/tools/testing';
import { KernelsError, planSteps, useThreads, type Graph, type StepPlan } from '../src/index.ts';
import { GraphSession } from '../src/sessions.ts';
import { lowerPlan, type PlanProgram } from '../src/lowering.ts';
import { outputTensors } from '../src/lowering/program-builder.ts';
import { onnxRuntimeEngine } from '../src/onnxruntime/onnxruntime-executor.ts';
import { kernelsOf } from '../src/reference/steps/run-steps.ts';
import { describeTail } from './support/check-random-tail.ts';
import { evaluateWithCubes, givenValues } from './support/naive-deltas.ts';
import { randomTail, type RandomTail } from './support/random-tail.ts';
import { runProgram } from './support/run-program.ts';

const TAILS = 120;

/** Single precision over a dozen operations, of which some enlarge rounding. */
const TOLERANCE = { ofLargest: 2e-5, absolute: 2e-5 };

const engine = onnxRuntimeEngine(() => Promise.resolve(), { threads: 1 });

const test = suite('ONNX Runtime');

/** A tail as a whole network, whose target and constants are the inputs. */
function asGraph({ tail }: RandomTail): Graph {
  const nodes = tail.nodes.map((node) => {
    const { operation } = node;
    const isGiven = operation.kind === 'target' || operation.kind === 'constant';
    return { ...node, operation: isGiven ? ({ kind: 'input' } as const) : operation };
  });
  const inputs = nodes.flatMap(({ operation }, id) => (operation.kind === 'input' ? [id] : []));
  const end = { name: 'logits', node: tail.output, logits: tail.output, scoreFunction: tail.scoreFunction };
  return { nodes, inputs, outputs: [end] };
}

function floats(values: Float64Array | undefined): Float32Array {
  return Float32Array.from(values ?? []);
}

/** Two inputs, one after the other: the second one's numbers are the first one's times a half. */
function twice(values: Float64Array | undefined): Float64Array {
  const own = [...(values ?? [])];
  return Float64Array.from([...own, ...own.map((value) => value / 2)]);
}

test('every node of random graphs has the value that float64 gives it', async () => {
  for (let seed = 1; seed <= TAILS; seed++) {
    const random = randomTail(seed);
    const graph = asGraph(random);
    const given = givenValues(random);
    const fetches = graph.nodes.flatMap(({ operation }, id) => (operation.kind === 'input' ? [] : [id]));
    const session = await GraphSession.create(graph, graph.inputs, fetches, { threads: 1 });
    const inputs = [1, 0.5].map((factor) => {
      const own = new Map([...given].map(([node, values]) => [node, values.map((value) => value * factor)]));
      return evaluateWithCubes(random.tail, own);
    });
    const found = await session.run(
      graph.inputs.map((node) => floats(twice(given.get(node)))),
      2,
    );
    session.dispose();
    fetches.forEach((node, i) => {
      const expected = inputs.flatMap((values) => [...(values[node] ?? [])]);
      const message = `seed ${seed}, node ${node}\n${describeTail(random.tail)}`;
      assertClose(found[i] ?? [], expected, TOLERANCE, message);
    });
  }
});

test('a layer that is used twice multiplies by the same weights', async () => {
  const kernel = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
  const dense = { kind: 'dense', units: 3, kernel, bias: null } as const;
  const graph: Graph = {
    nodes: [
      { name: 'input', operation: { kind: 'input' }, inputs: [], shape: [2, 3] },
      { name: 'dense', operation: dense, inputs: [0], shape: [2, 3] },
      { name: 'dense', operation: dense, inputs: [1], shape: [2, 3] },
    ],
    inputs: [0],
    outputs: [],
  };
  const session = await GraphSession.create(graph, [0], [2], { threads: 1 });
  const [found] = await session.run([Float32Array.of(1, 0, 0, 0, 1, 0)], 1);
  session.dispose();
  assert.equal([...(found ?? [])], [30, 36, 42, 66, 81, 96]);
});

test('a pooling reads padding that is as wide as its window', async () => {
  const window = { window: [2, 2], strides: [2, 2], padBefore: [0, 0] };
  const operations = [
    { kind: 'input' },
    { kind: 'pool', reduction: 'average', ...window },
    { kind: 'pad', before: [2, 2] },
    { kind: 'pool', reduction: 'average', ...window },
  ] as const;
  const sides = [4, 2, 4, 2];
  const nodes = operations.map((operation, i) => {
    const shape = [sides[i] ?? 1, sides[i] ?? 1, 3];
    return { name: operation.kind, operation, inputs: i === 0 ? [] : [i - 1], shape };
  });
  const session = await GraphSession.create({ nodes, inputs: [0], outputs: [] }, [0], [3], { threads: 1 });
  const [found] = await session.run([new Float32Array(4 * 4 * 3).fill(8)], 1);
  session.dispose();
  assert.equal([...(found ?? [])], [...new Array<number>(9).fill(0), 8, 8, 8]);
});

test('threads are counted from 1', () => {
  for (const count of [0, 1.5, NaN, -1]) {
    let code = '';
    try {
      useThreads(count);
    } catch (error) {
      code = error instanceof KernelsError ? error.code : '';
    }
    assert.is(code, 'invalid-input', String(count));
  }
});

test('other threads make other roundings at most', async () => {
  const random = randomTail(1);
  const graph = asGraph(random);
  const given = givenValues(random);
  const feeds = graph.inputs.map((node) => floats(given.get(node)));
  const found: Float32Array[] = [];
  try {
    for (const count of [1, 2, null]) {
      useThreads(count);
      const session = await GraphSession.create(graph, graph.inputs, [random.tail.output]);
      found.push(...(await session.run(feeds, 1)));
      session.dispose();
    }
  } finally {
    useThreads(null);
  }
  const [one = new Float32Array(), ...others] = found;
  assert.is(others.length, 2);
  for (const other of others) assertClose(other, one, TOLERANCE, 'threads');
});

/** Opens and closes sessions with 4 MiB of weights each; returns by how many MiB the process grew. */
async function growthOf(sessions: number): Promise<number> {
  const side = 1024;
  const kernel = new Float32Array(side * side).fill(1 / side);
  const graph: Graph = {
    nodes: [
      { name: 'input', operation: { kind: 'input' }, inputs: [], shape: [side] },
      {
        name: 'dense',
        operation: { kind: 'dense', units: side, kernel, bias: null },
        inputs: [0],
        shape: [side],
      },
    ],
    inputs: [0],
    outputs: [],
  };
  const input = new Float32Array(side).fill(1);
  const before = process.memoryUsage().rss;
  for (let i = 0; i < sessions; i++) {
    const session = await GraphSession.create(graph, [0], [1], { threads: 1 });
    const [found] = await session.run([input], 1);
    assert.ok(Math.abs((found?.[0] ?? 0) - 1) < 1e-5);
    session.dispose();
    session.dispose();
  }
  return (process.memoryUsage().rss - before) / 2 ** 20;
}

test('sessions that are closed leave no memory behind', async () => {
  // The allocator keeps what the first ones took, and gives it to those that follow.
  await growthOf(100);
  const growth = await growthOf(200);
  // Kept, their weights alone would take 800 MiB; the heap is swept when it pleases.
  assert.ok(growth < 300, `${growth.toFixed()} MiB`);
});

/** Holds what the engine makes of a program against an interpreter in float64. */
async function checkProgram(
  random: RandomTail,
  plan: StepPlan,
  program: PlanProgram,
  chunk: number,
): Promise<void> {
  const given = new Map([...givenValues(random)].map(([node, values]) => [node, twice(values)]));
  const off = twice(Float64Array.from(random.off));
  const expected = runProgram(program, { inputs: 2, given, off }, plan.channels, chunk);
  const loaded = await engine.load(program, { chunk, all: plan.channels }, { plan, lastStep: null });
  const fed = new Map<number, Float32Array>();
  for (const { node, value } of program.given) if (value !== null) fed.set(value, floats(given.get(node)));
  if (program.off !== null) fed.set(program.off, floats(off));
  const run = await loaded.begin(fed, 2, undefined);
  for (let k = 0; k < plan.channels; k += chunk) {
    const first = Math.min(k, plan.channels - chunk);
    await run.each({ inputs: 2, first, variants: chunk }, undefined);
    for (const [i, tensor] of outputTensors(program).entries()) {
      const found = await run.read(tensor);
      const all = expected[i] ?? new Float64Array();
      const size = all.length / 2 / plan.channels;
      const rows = [0, 1].flatMap((n) => {
        const from = (n * plan.channels + first) * size;
        return [...all.subarray(from, from + chunk * size)];
      });
      const message = `seed ${random.seed}, chunks of ${chunk}\n${describeTail(random.tail, plan)}`;
      assertClose(found, rows, TOLERANCE, message);
    }
  }
  run.dispose();
  loaded.dispose();
}

test('programs of random plans give what they give in float64, whole and in chunks', async () => {
  let chunked = 0;
  for (let seed = 1; seed <= TAILS; seed++) {
    const random = randomTail(seed, { opaque: seed % 4 === 0 });
    const plan = planSteps(random.tail);
    const kernels = kernelsOf(plan);
    await checkProgram(random, plan, lowerPlan(plan, kernels, { variants: 'all' }), plan.channels);
    const chunk = Math.ceil(plan.channels / 2);
    if (chunk === plan.channels) continue;
    chunked++;
    await checkProgram(random, plan, lowerPlan(plan, kernels, { variants: 'chunks' }), chunk);
  }
  assert.ok(chunked > TAILS / 2, 'most go in chunks');
});

test.run();
