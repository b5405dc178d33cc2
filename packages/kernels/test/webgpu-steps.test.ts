import * as assert from 'uvu/assert';
import { assertClose, deviceSuite, seededRandom } from '@ablation-cam/tools/testing';
import {
  bytesPerInput,
  bytesPerVariant,
  chunkSizes,
  planSteps,
  runBytes,
  webGpuExecutor,
  weightedMap,
  type AblationInput,
  type AblationOutput,
  type ContinueFrom,
  type Device,
  type StepPlan,
  type WebGpuExecutorOptions,
} from '../src/index.ts';
import { constantOffStreams } from '../src/webgpu/steps/off-streams.ts';
import { evaluateWithCubes, givenValues, naiveDeltas, naiveSlopes } from './support/naive-deltas.ts';
import { naiveAblation } from './support/naive-ablation.ts';
import { randomTail, type RandomTail } from './support/random-tail.ts';
import { TailDrawing } from './support/tail-drawing.ts';
import { sharedDevice } from './support/shared-device.ts';

/** What float32 may leave of a weight: the tolerance that every executor is held to. */
const FLOAT32 = { ofLargest: 1e-4, absolute: 2e-6 };
/** Kernels take a software driver long to compile, those that wgpu makes two to three times as long: fewer outside of Node. */
const SEEDS = 'window' in globalThis || 'Deno' in globalThis ? 40 : 150;
const FUSIONS = ['pooling', 'activation', 'none'] as const;

/** Buffers that a prepared plan keeps for its next run; the suite sees to it that they go with the plan. */
const MOST_KEPT = 32 * 1024 * 1024;

const test = await deviceSuite('steps on WebGPU', sharedDevice, { isShared: true });

/** Partial sums of small tails, which the wide layout shares out. */
const MOST_PARTS = 1024 * 1024;

/** Every other tail as hardware takes it. */
function layoutOf(seed: number): 'wide' | 'serial' {
  return seededRandom(seed + 1).pick(['wide', 'serial'] as const);
}

/** The logits' drops as weights: a slope on the logit is the drop divided by the channel's norm. */
async function slopes(
  device: Device,
  plan: StepPlan,
  random: RandomTail,
  {
    mapMaker,
    layout = layoutOf(random.seed),
    ...options
  }: Partial<AblationInput> & Pick<WebGpuExecutorOptions, 'mapMaker' | 'layout'> = {},
): Promise<AblationOutput> {
  const settings = { layout, usesSubgroups: random.seed % 4 < 2, ...(mapMaker && { mapMaker }) };
  const prepared = await webGpuExecutor(device, settings).prepare(plan);
  try {
    const { logits } = naiveDeltas(random);
    const pipelines = device.pipelineCount;
    const weightBytes = device.liveBytes;
    device.resetPeak();
    const output = await prepared.run({
      inputs: 1,
      activation: random.activation,
      logits: Float32Array.from(logits),
      ablation: { kind: 'values', values: random.off },
      constants: random.constants,
      score: 'logit',
      weighting: 'slope',
      norm: 2,
      classes: 'all',
      ...options,
    });
    if (layout === 'serial') assert.is(device.pipelineCount, pipelines, 'everything was compiled before');
    const { classes } = plan;
    const sizes = chunkSizes(plan, options.inputs ?? 1, classes);
    const planned = runBytes(plan, sizes, classes) + (layout === 'wide' ? MOST_PARTS : 0);
    const peak = device.peakBytes - weightBytes;
    assert.ok(
      peak <= planned,
      `seed ${String(random.seed)}: peak ${String(peak)}, planned ${String(planned)}`,
    );
    assert.ok(
      layout === 'wide' || peak <= plan.budgetBytes,
      `seed ${String(random.seed)}: peak ${String(peak)} passes the budget`,
    );
    assert.ok(device.liveBytes - weightBytes <= MOST_KEPT, 'little is kept for the next run');
    return output;
  } finally {
    prepared.dispose();
  }
}

/** Channels 5 to 7 of 12 change, are normalised in groups, activated and pooled. */
function groupedTail(groupSize: number): RandomTail {
  const random = seededRandom(groupSize);
  const drawing = new TailDrawing(random, [4, 3, 3], false);
  const [before, after] = [drawing.constant([4, 3, 5]), drawing.constant([4, 3, 4])];
  const axis = 2;
  const joined = drawing.add({ kind: 'concatenate', axis }, [before, drawing.target, after], [4, 3, 12]);
  const [gamma, beta] = [random.floats(12), random.floats(12)];
  const operation = { kind: 'group-normalization', groupSize, epsilon: 1e-3, gamma, beta } as const;
  const normalized = drawing.add(operation, [joined], [4, 3, 12]);
  const active = drawing.add({ kind: 'activation', function: 'relu' }, [normalized], [4, 3, 12]);
  const pooled = drawing.add({ kind: 'global-pool', reduction: 'max' }, [active], [12]);
  const output = drawing.dense(pooled, 4);
  const tail = { nodes: drawing.nodes, target: drawing.target, output, scoreFunction: 'softmax' } as const;
  const [activation, off] = [random.floats(36), random.floats(3)];
  return { seed: groupSize, tail, activation, constants: drawing.constants, off };
}

/**
 * Seven channels of six positions, of which those of the middle stay, behind a dense layer by themselves or a convolution: cut off are
 * channels before the first and after the last one that is left.
 */
function croppedTail(isConvolved: boolean): RandomTail {
  const random = seededRandom(3);
  const drawing = new TailDrawing(random, [6, 7], false);
  const plane = drawing.add({ kind: 'reshape' }, [drawing.target], [6, 7, 1]);
  const cropped = drawing.add({ kind: 'crop', before: [1, 2] }, [plane], [4, 4, 1]);
  let x = drawing.add({ kind: 'reshape' }, [cropped], isConvolved ? [4, 4] : [16]);
  if (isConvolved) {
    const sliding = { window: [3], strides: [1], dilation: [1], padBefore: [1] };
    const operation = {
      kind: 'convolution',
      filters: 4,
      ...sliding,
      kernel: random.floats(48),
      bias: null,
    } as const;
    x = drawing.add(operation, [x], [4, 4]);
    x = drawing.add({ kind: 'activation', function: 'relu' }, [x], [4, 4]);
    x = drawing.add({ kind: 'reshape' }, [x], [16]);
  }
  const output = drawing.dense(x, 3);
  const tail = { nodes: drawing.nodes, target: drawing.target, output, scoreFunction: 'softmax' } as const;
  const [activation, off] = [random.floats(42), random.floats(7)];
  return { seed: 3, tail, activation, constants: drawing.constants, off };
}

test('channels that are cut off change nothing', async ({ device }) => {
  for (const isConvolved of [false, true]) {
    const random = croppedTail(isConvolved);
    for (const layout of ['wide', 'serial'] as const) {
      const { weights } = await slopes(device, planSteps(random.tail), random, { layout });
      const expected = naiveSlopes(random);
      assert.is(
        expected
          .slice(0, 2)
          .concat(expected.slice(6, 9))
          .every((slope) => slope === 0),
        true,
      );
      assertClose(weights, expected, FLOAT32, `${layout}, ${isConvolved ? 'convolved' : 'dense'}`);
    }
  }
});

test(`${String(SEEDS)} random tails agree with one float64 evaluation a channel`, async ({ device }) => {
  for (let seed = 0; seed < SEEDS; seed++) {
    const random = randomTail(seed);
    const fusion = FUSIONS[seed % FUSIONS.length] ?? 'pooling';
    const { weights } = await slopes(device, planSteps(random.tail, { fusion }), random);
    assertClose(weights, naiveSlopes(random), FLOAT32, `weights of seed ${String(seed)}, ${fusion}`);
  }
});

test('groups of channels are normalised where they change, with and without operations behind', async ({
  device,
}) => {
  for (const fusion of FUSIONS) {
    for (const groupSize of [1, 2, 3, 6]) {
      const random = groupedTail(groupSize);
      const { weights } = await slopes(device, planSteps(random.tail, { fusion }), random);
      assertClose(
        weights,
        naiveSlopes(random),
        FLOAT32,
        `weights, groups of ${String(groupSize)}, ${fusion}`,
      );
    }
  }
});

test('a tail that leaves the kernels goes on with what its caller does', async ({ device }) => {
  for (let seed = 0; seed < 30; seed++) {
    const random = randomTail(seed, { opaque: true });
    const plan = planSteps(random.tail);
    const { weights } = await slopes(device, plan, random, { continueFrom: cubesOf(random) });
    assertClose(weights, naiveSlopes(random), FLOAT32, `weights of seed ${String(seed)}`);
  }
});

test('chunks of variants change nothing but the number of dispatches', async ({ device }) => {
  let split = 0;
  for (let seed = 0; seed < 40; seed++) {
    const random = randomTail(seed);
    const whole = planSteps(random.tail);
    const narrow = planSteps(random.tail, { budgetBytes: narrowBudget(whole) });
    const chunks = Math.ceil(narrow.channels / chunkSizes(narrow, 1, narrow.classes).variants);
    if (chunks > 1) split++;
    const [one, many] = [await slopes(device, whole, random), await slopes(device, narrow, random)];
    assertClose(many.weights, one.weights, { ofLargest: 1e-6 }, `weights of seed ${String(seed)}`);
    if (layoutOf(seed) === 'wide') continue; // Smaller chunks split their sums into more parts.
    assert.is(many.dispatches.ablation, one.dispatches.ablation + (chunks - 1) * launchesOf(whole, one));
  }
  assert.ok(split > 10, `only ${String(split)} tails were split`);
});

test('rows of threads sum in subgroups as they do in memory', async ({ device }) => {
  const random = seededRandom(5);
  // Rows of 64 threads: classes and channels of a map. In front of the dense layer rows of 4 and of 16 are normalized.
  const [channels, classes] = [512, 260];
  const drawing = new TailDrawing(random, [2, 2, channels], false);
  const pooled = drawing.add({ kind: 'global-pool', reduction: 'average' }, [drawing.target], [channels]);
  let x = drawing.dense(pooled, 24);
  const groups = { gamma: random.floats(24), beta: random.floats(24), epsilon: 1e-3 };
  x = drawing.add({ kind: 'group-normalization', groupSize: 4, ...groups }, [x], [24]);
  x = drawing.add({ kind: 'softmax', log: true }, [x], [24]);
  const output = drawing.dense(x, classes);
  const tail = { nodes: drawing.nodes, target: drawing.target, output, scoreFunction: 'softmax' } as const;
  const input = {
    inputs: 1,
    activation: random.floats(4 * channels),
    ablation: { kind: 'values', values: new Float32Array(channels) },
    score: 'probability',
    weighting: 'relative-drop',
    norm: 2,
  } as const;
  const naive = naiveAblation(tail, input);
  const compiled = new Set<string>();
  const pipeline = device.pipeline.bind(device);
  device.pipeline = (shader, overrides) => {
    compiled.add(shader.label);
    return pipeline(shader, overrides);
  };
  try {
    for (const usesSubgroups of [true, false]) {
      compiled.clear();
      const executor = webGpuExecutor(device, { layout: 'wide', mapMaker: 'gpu', usesSubgroups });
      const prepared = await executor.prepare(planSteps(tail));
      const isOfSubgroups = usesSubgroups && device.hasSubgroups;
      for (const name of ['score-rows', 'normalize-rows', 'weighted-map-rows']) {
        assert.is(compiled.has(`${name}-subgroups.wgsl`), isOfSubgroups, name);
        assert.is(compiled.has(`${name}.wgsl`), !isOfSubgroups, name);
      }
      const logits = Float32Array.from(naive.logits);
      const found = await prepared.run({ ...input, logits, classes: [3] });
      prepared.dispose();
      const wanted = naive.weights.subarray(3 * channels, 4 * channels);
      assertClose(found.weights, wanted, FLOAT32, `weights, ${String(isOfSubgroups)}`);
      assertClose(found.mapSigned, weightedMap(input.activation, found.weights), FLOAT32, 'map');
    }
  } finally {
    device.pipeline = pipeline;
  }
});

test('one map of an input is the same from the GPU and from the CPU', async ({ device }) => {
  for (let seed = 0; seed < 20; seed++) {
    const random = randomTail(seed);
    const plan = planSteps(random.tail);
    const classIndex = seed % plan.classes;
    for (const mapMaker of ['gpu', 'cpu'] as const) {
      const output = await slopes(device, plan, random, { classes: [classIndex], mapMaker });
      const wanted = weightedMap(random.activation, output.weights);
      assertClose(output.mapSigned, wanted, FLOAT32, `map of seed ${String(seed)}, ${mapMaker}`);
      assert.is(output.dispatches.map, mapMaker === 'gpu' ? 1 : 0);
    }
  }
});

/** A target that is read as it is behind what a convolution makes of it: only one of its two off streams is written out. */
function skippedTail(): RandomTail {
  const random = seededRandom(5);
  const drawing = new TailDrawing(random, [4, 3, 3], false);
  const active = drawing.add({ kind: 'activation', function: 'tanh' }, [drawing.target], [4, 3, 3]);
  const sliding = { window: [3, 3], strides: [1, 1], dilation: [1, 1], padBefore: [1, 1] };
  const kernel = random.floats(81);
  const convolution = { kind: 'convolution', filters: 3, ...sliding, kernel, bias: null } as const;
  const convolved = drawing.add(convolution, [active], [4, 3, 3]);
  const largest = drawing.add({ kind: 'merge', function: 'maximum' }, [drawing.target, convolved], [4, 3, 3]);
  const output = drawing.dense(drawing.add({ kind: 'reshape' }, [largest], [36]), 4);
  const tail = { nodes: drawing.nodes, target: drawing.target, output, scoreFunction: 'softmax' } as const;
  const [activation, off] = [random.floats(36), random.floats(3)];
  return { seed: 5, tail, activation, constants: drawing.constants, off };
}

test('inputs of one run do not mix', async ({ device }) => {
  for (const first of [skippedTail(), ...Array.from({ length: 40 }, (_, seed) => randomTail(seed))]) {
    const second = {
      ...first,
      activation: first.activation.map((value) => 0.5 - value),
      off: first.off.map((value) => 0.2 - value),
    };
    const plan = planSteps(first.tail);
    const both = [first, second];
    const { weights } = await slopes(device, plan, first, {
      inputs: 2,
      ablation: { kind: 'values', values: joined(both.map(({ off }) => off)) },
      activation: joined(both.map(({ activation }) => activation)),
      logits: joined(both.map((random) => Float32Array.from(naiveDeltas(random).logits))),
      constants: new Map([...first.constants].map(([node, values]) => [node, joined([values, values])])),
    });
    const expected = both.flatMap(naiveSlopes);
    assertClose(weights, expected, FLOAT32, `weights of seed ${String(first.seed)}`);
  }
});

test('an abort between chunks frees everything', async ({ device }) => {
  const random = randomTail(3);
  const abort = new AbortController();
  const inputs = 2;
  const onProgress = (): void => {
    abort.abort();
  };
  const error = await slopes(device, planSteps(random.tail), random, {
    inputs,
    activation: joined([random.activation, random.activation]),
    logits: joined([0, 1].map(() => Float32Array.from(naiveDeltas(random).logits))),
    constants: new Map([...random.constants].map(([node, values]) => [node, joined([values, values])])),
    signal: abort.signal,
    onProgress,
  }).catch((reason: unknown) => reason);
  assert.is(error, abort.signal.reason);
});

/** A budget that holds a third of the variants of one input. */
function narrowBudget(plan: StepPlan): number {
  const variants = Math.ceil(plan.channels / 3);
  return bytesPerInput(plan, plan.classes) + variants * bytesPerVariant(plan);
}

/** Dispatches of one chunk of variants: those of the whole run without those of its inputs' steps. */
function launchesOf(plan: StepPlan, { dispatches }: AblationOutput): number {
  const ofInputs = plan.inputSteps.reduce((sum, step) => {
    // Values that are given are not written out where they need not be.
    if (step.kind !== 'evaluate') return sum + (constantOffStreams(plan).has(step.output) ? 0 : 1);
    const { kind } = step.operation;
    if (kind === 'merge') return sum + step.inputs.length - 1;
    return sum + (kind === 'concatenate' ? step.inputs.length : 1);
  }, 0);
  return dispatches.ablation - ofInputs;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

/** Evaluates what lies behind the frontier of a random tail. */
function cubesOf(random: RandomTail): ContinueFrom {
  return ({ variants, tensors }) => {
    const rows: number[] = [];
    for (let row = 0; row < variants; row++) {
      const given = givenValues(random);
      for (const { node, values } of tensors) {
        const size = values.length / variants;
        given.set(node, Float64Array.from(values.subarray(row * size, (row + 1) * size)));
      }
      rows.push(...(evaluateWithCubes(random.tail, given)[random.tail.output] ?? []));
    }
    return Promise.resolve(Float32Array.from(rows));
  };
}

test.run();
