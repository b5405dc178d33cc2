import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, deviceSuite, seededRandom } from '@ablation-cam/tools/testing';
import {
  BufferUsage,
  keepsMeans,
  KernelsError,
  planAblation,
  planCost,
  requestDevice,
  webGpuExecutor,
  type AblationInput,
  type Tail,
} from '../src/index.ts';
import { naiveAblation } from './support/naive-ablation.ts';
import {
  assertAgrees,
  CASES,
  channelsOf,
  classesOf,
  FLOAT32,
  mapsOf,
  runPlan,
  SETTINGS,
} from './support/separable-cases.ts';
import { separableTail } from './support/separable-tails.ts';
import { sharedDevice } from './support/shared-device.ts';

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
      const output = await runPlan(webGpuExecutor(device, { layout }), item.tail, item.input);
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
      const output = await runPlan(executor, item.tail, { ...item.input, classes: [classIndex] });
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
  const whole = await runPlan(webGpuExecutor(device), tail, input);
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
  const output = await runPlan(webGpuExecutor(device), tail, { ...input, logits: Float32Array.from(logits) });
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
  const output = await runPlan(webGpuExecutor(device), tail, {
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
    const output = await runPlan(webGpuExecutor(device), tail, {
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
  const { weights, mapSigned, classIndices } = await runPlan(webGpuExecutor(device), tail, {
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
