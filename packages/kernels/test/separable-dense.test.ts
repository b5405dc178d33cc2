import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, deviceSuite, seededRandom } from '@ablation-cam/tools/testing';
import {
  BufferUsage,
  keepsMeans,
  KernelsError,
  planAblation,
  planCost,
  referenceExecutor,
  requestDevice,
  webGpuExecutor,
  type AblationInput,
  type AblationOutput,
  type Executor,
  type Tail,
} from '../src/index.ts';
import { naiveAblation } from './support/naive-ablation.ts';
import { separableTail, type TailRequest } from './support/separable-tails.ts';
import { sharedDevice } from './support/shared-device.ts';

/** Single precision: about 1e-7 for each of the sums, products and exponentials that a weight takes. */
const FLOAT32 = { ofLargest: 5e-6, absolute: 1e-7 };
/** The reference computes in double precision and rounds its results once. */
const ROUNDED_ONCE = { ofLargest: 1e-7, absolute: 1e-9 };

/** One channel, primes, sizes beside the workgroup's, one position, one class, one and two dimensions. */
const TAILS: readonly (TailRequest & { readonly inputs: number })[] = [
  { shape: [40, 25], classes: 10, scoreFunction: 'softmax', layers: '', inputs: 3 },
  { shape: [1, 1], classes: 1, scoreFunction: 'linear', layers: '', inputs: 1 },
  { shape: [13, 1], classes: 2, scoreFunction: 'softmax', layers: 'g', inputs: 2 },
  { shape: [28, 28, 16], classes: 8, scoreFunction: 'softmax', layers: 'pg', inputs: 1 },
  { shape: [7, 5, 13], classes: 3, scoreFunction: 'sigmoid', layers: 'bfm', inputs: 2 },
  { shape: [9, 9, 17], classes: 40, scoreFunction: 'softmax', layers: 'bmafx', inputs: 2 },
  { shape: [6, 6, 8], classes: 33, scoreFunction: 'linear', layers: 'fma', inputs: 2 },
  { shape: [11, 9], classes: 5, scoreFunction: 'softmax', layers: 'mgb', inputs: 1 },
  { shape: [2, 3, 65], classes: 257, scoreFunction: 'softmax', layers: 'gf', inputs: 1 },
  { shape: [31, 7], classes: 4, scoreFunction: 'sigmoid', layers: 'aamm', inputs: 5 },
];

const SETTINGS = [
  { score: 'probability', weighting: 'relative-drop', norm: 2, ablation: 'values' },
  { score: 'probability', weighting: 'slope', norm: 1, ablation: 'channel-mean' },
  { score: 'logit', weighting: 'slope', norm: 2, ablation: 'values-per-input' },
  { score: 'logit', weighting: 'relative-drop', norm: 2, ablation: 'zero' },
] as const;

interface Case {
  readonly name: string;
  readonly tail: Tail;
  readonly input: AblationInput & { readonly activation: Float32Array };
}

const CASES: readonly Case[] = TAILS.flatMap((request, seed) => {
  const random = seededRandom(seed + 1);
  const tail = separableTail(request, random);
  return SETTINGS.map((settings) => {
    const channels = request.shape.at(-1) ?? 1;
    const size = request.shape.reduce((product, length) => product * length, request.inputs);
    const activation = random.floats(size);
    const values = {
      zero: new Float32Array(channels),
      values: random.floats(channels),
      'values-per-input': random.floats(channels * request.inputs),
    };
    const input = {
      inputs: request.inputs,
      activation,
      ablation:
        settings.ablation === 'channel-mean'
          ? ({ kind: 'channel-mean' } as const)
          : { kind: 'values' as const, values: values[settings.ablation] },
      score: settings.score,
      weighting: settings.weighting,
      norm: settings.norm,
      classes: 'all' as const,
      ablatedScores: true,
    };
    const { logits } = naiveAblation(tail, input);
    return {
      name: `[${request.shape.join(', ')}] ${request.layers || 'dense alone'}, ${String(request.classes)} classes, ${request.scoreFunction}; ${settings.score}, ${settings.weighting}, ${settings.ablation}`,
      tail,
      input: { ...input, logits: Float32Array.from(logits) },
    };
  });
});

async function run(executor: Executor, tail: Tail, input: AblationInput): Promise<AblationOutput> {
  const prepared = await executor.prepare(planAblation(tail));
  try {
    return await prepared.run(input);
  } finally {
    prepared.dispose();
  }
}

function channelsOf({ tail }: Pick<Case, 'tail'>): number {
  return tail.nodes[tail.target]?.shape.at(-1) ?? 1;
}

function classesOf({ tail }: Pick<Case, 'tail'>): number {
  return tail.nodes[tail.output]?.shape.at(-1) ?? 1;
}

/** sum_k w_k A_k for every class, by definition. */
function mapsOf({ tail, input }: Case, weights: Float64Array): Float64Array {
  const channels = channelsOf({ tail });
  const positions = input.activation.length / input.inputs / channels;
  const classes = weights.length / input.inputs / channels;
  const maps = new Float64Array(input.inputs * classes * positions);
  for (let n = 0; n < input.inputs; n++)
    for (let c = 0; c < classes; c++)
      for (let p = 0; p < positions; p++)
        for (let k = 0; k < channels; k++)
          maps[(n * classes + c) * positions + p] =
            (maps[(n * classes + c) * positions + p] ?? 0) +
            (weights[(n * classes + c) * channels + k] ?? 0) *
              (input.activation[(n * positions + p) * channels + k] ?? 0);
  return maps;
}

function assertAgrees(item: Case, output: AblationOutput, tolerance: typeof FLOAT32): void {
  const naive = naiveAblation(item.tail, item.input);
  assertClose(output.ablatedScores ?? [], naive.ablatedScores, tolerance, 'ablated scores');
  assertClose(output.weights, naive.weights, tolerance, 'weights');
  const maps = mapsOf(item, naive.weights);
  assertClose(output.mapSigned, maps, tolerance, 'signed maps');
  assertClose(
    output.map,
    maps.map((value) => Math.max(0, value)),
    tolerance,
    'maps',
  );
}

const reference = suite('the reference executor');
for (const item of CASES) {
  reference(`equals one evaluation of the tail a channel: ${item.name}`, async () => {
    const exact = { ...item.input, logits: Float32Array.from(naiveAblation(item.tail, item.input).logits) };
    const output = await run(referenceExecutor(), item.tail, exact);
    // The logits come in single precision, which moves every score a little.
    const moved = item.input.score === 'logit' ? ROUNDED_ONCE : FLOAT32;
    assertAgrees(item, output, moved);
    assert.equal(output.dispatches, { ablation: 0, map: 0 });
  });
}

reference(
  'refuses a tensor of the wrong length, a class out of range and values that are not finite',
  async () => {
    const [item] = CASES;
    if (!item) throw new Error('there are no cases');
    const wrong: [Partial<AblationInput>, RegExp][] = [
      [{ activation: new Float32Array(3) }, /Expected 3000 values of activation.*got 3/],
      [{ classes: [10] }, /Class 10 is out of range.*0 to 9/],
      [{ classes: [] }, /empty/],
      [{ ablation: { kind: 'values', values: new Float32Array(24) } }, /25 channels.*got 24/],
      [{ ablation: { kind: 'values', values: new Float32Array(25).fill(NaN) } }, /not finite/],
      [{ inputs: 0 }, /at least one input/],
    ];
    for (const [change, message] of wrong) {
      const error = await run(referenceExecutor(), item.tail, { ...item.input, ...change }).catch(
        (reason: unknown) => reason,
      );
      assert.instance(error, KernelsError);
      assert.match((error as KernelsError).message, message);
    }
  },
);

reference('stops at an abort', async () => {
  const [item] = CASES;
  if (!item) throw new Error('there are no cases');
  const error = await run(referenceExecutor(), item.tail, {
    ...item.input,
    signal: AbortSignal.abort(),
  }).catch((reason: unknown) => reason);
  assert.is((error as Error).name, 'AbortError');
});
reference.run();

const planning = suite('planning the single dispatch');
planning('takes one dispatch whatever the number of channels and inputs', () => {
  const costs = [8, 512].map((channels) => {
    const request = {
      shape: [4, 4, channels],
      classes: 10,
      scoreFunction: 'softmax',
      layers: 'bfmg',
    } as const;
    return planCost(planAblation(separableTail(request, seededRandom(1))), 7).dispatches;
  });
  assert.equal(costs, [1, 1]);
});
planning('names the operation it has no rule for', () => {
  const nodes: Tail['nodes'] = [
    { name: 'conv', operation: { kind: 'target' }, inputs: [], shape: [4, 4, 2] },
    {
      name: 'lambda_1',
      operation: { kind: 'opaque', layerClass: 'Lambda' },
      inputs: [0],
      shape: [4, 4, 2],
    },
  ];
  assert.throws(
    () => planAblation({ nodes, target: 0, output: 1, scoreFunction: 'softmax' }),
    (error: unknown) =>
      error instanceof KernelsError &&
      error.code === 'unsupported-tail' &&
      error.message.includes('"lambda_1" (Lambda)'),
  );
});
planning.run();

const webgpu = await deviceSuite('the WebGPU executor', sharedDevice, { isShared: true });
CASES.forEach((item, at) => {
  // Barriers take a software adapter long: every other case has them.
  for (const layout of at % 2 === 0 ? (['serial', 'wide'] as const) : (['serial'] as const)) {
    webgpu(`equals one evaluation of the tail a channel, ${layout}: ${item.name}`, async ({ device }) => {
      const output = await run(webGpuExecutor(device, { layout }), item.tail, item.input);
      assertAgrees(item, output, FLOAT32);
      const isIdle = item.input.ablation.kind === 'channel-mean' && keepsMeans(item.tail);
      if (layout === 'serial') assert.is(output.dispatches.ablation, isIdle ? 0 : 1);
    });
  }
});

for (const mapMaker of ['gpu', 'cpu'] as const) {
  webgpu(`makes one map of an input on the ${mapMaker.toUpperCase()}`, async ({ device }) => {
    const executor = webGpuExecutor(device, { mapMaker });
    for (const item of CASES.filter((_, at) => at % SETTINGS.length === 0)) {
      const classIndex = classesOf(item) - 1;
      const output = await run(executor, item.tail, { ...item.input, classes: [classIndex] });
      const maps = mapsOf(item, naiveAblation(item.tail, item.input).weights);
      const positions = item.input.activation.length / item.input.inputs / channelsOf(item);
      const wanted = maps.filter((_, at) => Math.floor(at / positions) % classesOf(item) === classIndex);
      assertClose(output.mapSigned, wanted, FLOAT32, `signed maps: ${item.name}`);
      assert.equal(
        output.map,
        output.mapSigned.map((value) => Math.max(0, value)),
        item.name,
      );
      assert.equal(output.dispatches, { ablation: 1, map: mapMaker === 'gpu' ? 1 : 0 });
    }
  });
}

webgpu('gives the same for inputs in small chunks as for all at once', async ({ device }) => {
  const random = seededRandom(99);
  const tail = separableTail({ shape: [40, 25], classes: 10, scoreFunction: 'softmax', layers: '' }, random);
  const inputs = 37;
  const activation = random.floats(inputs * 40 * 25, 0, 1);
  const { logits } = naiveAblation(tail, {
    inputs,
    activation,
    ablation: { kind: 'channel-mean' },
    score: 'logit',
    weighting: 'slope',
    norm: 2,
  });
  const input: AblationInput = {
    inputs,
    activation,
    logits: Float32Array.from(logits),
    ablation: { kind: 'values', values: random.floats(inputs * 25) },
    score: 'probability',
    weighting: 'relative-drop',
    norm: 2,
    classes: 'predicted',
  };
  const whole = await run(webGpuExecutor(device), tail, input);
  const done: number[] = [];
  const prepared = await webGpuExecutor(device, { budgetBytes: 200_000 }).prepare(planAblation(tail));
  device.resetPeak();
  const before = device.liveBytes;
  const chunked = await prepared.run({ ...input, onProgress: (count) => done.push(count) });
  prepared.dispose();
  assert.equal(chunked.weights, whole.weights);
  assert.equal(chunked.mapSigned, whole.mapSigned);
  assert.equal(chunked.classIndices, whole.classIndices);
  assert.ok(chunked.dispatches.ablation > 3, 'the budget splits the inputs');
  assert.is(done.at(-1), inputs);
  // Parameters, timestamps and class indices come on top: less than 1 kB a chunk.
  assert.ok(device.peakBytes - before < 201_000, `${String(device.peakBytes - before)} bytes at the peak`);
});

webgpu('leaves a channel without effect at weight 0 and the score as it is', async ({ device }) => {
  const random = seededRandom(5);
  const tail = separableTail(
    { shape: [8, 8, 9], classes: 6, scoreFunction: 'softmax', layers: 'pg' },
    random,
  );
  // Channel 4 is zero everywhere, as a ReLU leaves many.
  const activation = random.floats(8 * 8 * 9).map((value, at) => (at % 9 === 4 ? 0 : value));
  const input = {
    inputs: 1,
    activation,
    ablation: { kind: 'values', values: new Float32Array(9) },
    score: 'probability',
    weighting: 'relative-drop',
    norm: 2,
    classes: 'all',
  } as const;
  const { logits } = naiveAblation(tail, input);
  const output = await run(webGpuExecutor(device), tail, { ...input, logits: Float32Array.from(logits) });
  const ofChannel = output.weights.filter((_, at) => at % 9 === 4);
  assert.equal(Array.from(ofChannel, Math.abs), [0, 0, 0, 0, 0, 0]);
});

webgpu('changes nothing where channels are off at the means that are read of them', async ({ device }) => {
  const random = seededRandom(6);
  const shape = { shape: [64, 64, 3], classes: 4, scoreFunction: 'softmax', layers: 'g' } as const;
  const tail = separableTail(shape, random);
  const logits = random.floats(8);
  const usage = BufferUsage.storage | BufferUsage.copySource;
  const upload = device.uploadBuffer('logits', logits, usage);
  const output = await run(webGpuExecutor(device), tail, {
    inputs: 2,
    activation: random.floats(2 * 64 * 64 * 3, 4, 6),
    logits: upload,
    ablation: { kind: 'channel-mean' },
    score: 'probability',
    weighting: 'relative-drop',
    norm: 2,
    classes: 'predicted',
    ablatedScores: true,
  });
  upload.destroy();
  assert.equal([...output.weights], [0, 0, 0, 0, 0, 0]);
  assert.equal(output.logits, logits);
  for (let n = 0; n < 2; n++) {
    const exponentials = Array.from(logits.subarray(4 * n, 4 * n + 4), Math.exp);
    const sum = exponentials.reduce((total, e) => total + e);
    for (let k = 0; k < 3; k++) {
      const scores = output.ablatedScores?.subarray((3 * n + k) * 4, (3 * n + k + 1) * 4) ?? [];
      assertClose(
        scores,
        exponentials.map((e) => e / sum),
        { absolute: 1e-7 },
      );
    }
  }
});

webgpu(
  'keeps its digits where the prediction is certain, unlike a subtraction of scores',
  async ({ device }) => {
    const random = seededRandom(8);
    const tail = separableTail(
      { shape: [10, 12], classes: 5, scoreFunction: 'softmax', layers: 'g' },
      random,
    );
    const dense = tail.nodes.at(-1)?.operation;
    if (dense?.kind !== 'dense' || !dense.bias) throw new Error('the tail has no dense layer');
    dense.bias[2] = 14;
    const activation = random.floats(120, 0, 1);
    const input = {
      inputs: 1,
      activation,
      ablation: { kind: 'values', values: new Float32Array(12) },
      score: 'probability',
      weighting: 'relative-drop',
      norm: 2,
      classes: 'predicted',
      ablatedScores: true,
    } as const;
    const naive = naiveAblation(tail, input);
    const output = await run(webGpuExecutor(device), tail, {
      ...input,
      logits: Float32Array.from(naive.logits),
    });
    const exact = [...naive.weights.subarray(2 * 12, 3 * 12)];
    const largest = Math.max(...exact.map(Math.abs));
    const worst = (values: readonly number[]): number =>
      Math.max(...values.map((value, k) => Math.abs(value - (exact[k] ?? NaN)))) / largest;

    const scores = Array.from({ length: 12 }, (_, k) => output.ablatedScores?.[k * 5 + 2] ?? NaN);
    const score = Math.fround(probability(naive.logits, 2));
    assert.ok(score > 0.9999, `the prediction is certain: ${String(score)}`);
    const subtracted = scores.map((ablated) => Math.fround(score - ablated) / score);
    assert.ok(worst([...output.weights]) < 1e-5, `off by ${String(worst([...output.weights]))}`);
    assert.ok(worst(subtracted) > 1e-3, `float32 subtraction is off by ${String(worst(subtracted))}`);
  },
);

webgpu('maps as many positions as no axis of the grid has workgroups for', async ({ device }) => {
  const random = seededRandom(3);
  const side = 2100;
  assert.ok(side * side > 64 * device.limits.maxComputeWorkgroupsPerDimension);
  const shape = [side, side, 1];
  const tail = separableTail({ shape, classes: 2, scoreFunction: 'softmax', layers: 'g' }, random);
  const activation = new Float32Array(side * side).map((_, at) => (at % 7) / 7);
  const { weights, mapSigned, classIndices } = await run(webGpuExecutor(device), tail, {
    inputs: 1,
    activation,
    logits: Float32Array.of(0.5, -0.5),
    ablation: { kind: 'values', values: new Float32Array(1) },
    score: 'probability',
    weighting: 'relative-drop',
    norm: 2,
    classes: [1],
  });
  assert.equal([...classIndices], [1]);
  const weight = weights[0] ?? NaN;
  assert.ok(Math.abs(weight) > 1e-3);
  const worst = mapSigned.reduce((most, value, at) => {
    return Math.max(most, Math.abs(value - weight * (activation[at] ?? NaN)));
  }, 0);
  assert.ok(worst <= 1e-6 * Math.abs(weight), `off by ${String(worst)}`);
});

webgpu('reports a lost device', async () => {
  const own = await requestDevice();
  const [item] = CASES;
  if (!item) throw new Error('there are no cases');
  const prepared = await webGpuExecutor(own).prepare(planAblation(item.tail));
  own.gpu.destroy();
  await own.lost;
  const error = await prepared.run(item.input).catch((reason: unknown) => reason);
  assert.is((error as KernelsError).code, 'device-lost');
  prepared.dispose();
  own.dispose();
});
webgpu.run();

function probability(logits: Float64Array, classIndex: number): number {
  const z = logits[classIndex] ?? 0;
  return 1 / logits.reduce((sum, value) => sum + Math.exp(value - z), 0);
}
