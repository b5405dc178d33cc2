import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  assertClose,
  assertExtreme,
  deviceSuite,
  extremeCases,
  type Arithmetic,
  type ExtremeCase,
} from '@ablation-cam/tools/testing';
import {
  KernelsError,
  planAblation,
  planSteps,
  referenceExecutor,
  webGpuExecutor,
  type AblationInput,
  type AblationOutput,
  type Executor,
  type Plan,
  type Tail,
} from '../src/index.ts';
import { naiveAblation } from './support/naive-ablation.ts';
import { sharedDevice } from './support/shared-device.ts';

const FLOAT64 = { exponent: 2 ** -53, stored: 2 ** -23 };
const FLOAT32 = { exponent: 2 ** -24, stored: 2 ** -20 };

/** A dense layer that each channel's activation, 1, hands its row of falls to. */
function tailOf({ channels, classes, drops, scoreFunction }: ExtremeCase): Tail {
  return {
    nodes: [
      { name: 'target', operation: { kind: 'target' }, inputs: [], shape: [1, channels] },
      { name: 'flat', operation: { kind: 'reshape' }, inputs: [0], shape: [channels] },
      {
        name: 'logits',
        operation: { kind: 'dense', units: classes, kernel: drops, bias: null },
        inputs: [1],
        shape: [classes],
      },
    ],
    target: 0,
    output: 2,
    scoreFunction,
  };
}

function inputOf({ channels, logits }: ExtremeCase): AblationInput {
  return {
    inputs: 1,
    activation: new Float32Array(channels).fill(1),
    logits,
    ablation: { kind: 'values', values: new Float32Array(channels) },
    score: 'probability',
    weighting: 'relative-drop',
    norm: 2,
    classes: 'all',
    ablatedScores: true,
  };
}

async function run(executor: Executor, plan: Plan, input: AblationInput): Promise<AblationOutput> {
  const prepared = await executor.prepare(plan);
  try {
    return await prepared.run(input);
  } finally {
    prepared.dispose();
  }
}

/** Relative drops, and slopes: the norm of each activation is 1. */
async function check(executor: Executor, plan: Plan, item: ExtremeCase, lost: Arithmetic): Promise<void> {
  const prepared = await executor.prepare(plan);
  try {
    const input = inputOf(item);
    const output = await prepared.run(input);
    const { weights: slopes } = await prepared.run({ ...input, weighting: 'slope' });
    assertExtreme(item, { ...output, slopes, ablatedScores: output.ablatedScores ?? [] }, lost);
  } finally {
    prepared.dispose();
  }
}

const reference = suite('the reference executor at the extremes');
reference('agrees with exact arithmetic in logarithms, both kinds of plans', async () => {
  for (const item of extremeCases(240)) {
    const tail = tailOf(item);
    for (const plan of [planAblation(tail), planSteps(tail)]) {
      await check(referenceExecutor(), plan, item, FLOAT64);
    }
  }
});
reference.run();

const webgpu = await deviceSuite('WebGPU executors at the extremes', sharedDevice, { isShared: true });
for (const layout of ['serial', 'wide'] as const) {
  webgpu(`the plan of a single dispatch agrees with exact arithmetic, ${layout}`, async ({ device }) => {
    for (const item of extremeCases(layout === 'serial' ? 120 : 40)) {
      await check(webGpuExecutor(device, { layout }), planAblation(tailOf(item)), item, FLOAT32);
    }
  });
}

webgpu('plans in steps agree with exact arithmetic', async ({ device }) => {
  for (const [at, item] of extremeCases(60).entries()) {
    const layout = at % 2 === 0 ? 'wide' : 'serial';
    await check(webGpuExecutor(device, { layout }), planSteps(tailOf(item)), item, FLOAT32);
  }
});

/** A softmax inside the tail, or its logarithm, whose outcome is read by a dense layer. */
function innerTail(log: boolean): Tail {
  const dense = { kind: 'dense', units: 3, kernel: INNER, bias: null } as const;
  const shape = [3];
  return {
    nodes: [
      { name: 'target', operation: { kind: 'target' }, inputs: [], shape: [1, 3] },
      { name: 'flat', operation: { kind: 'reshape' }, inputs: [0], shape },
      { name: 'first', operation: dense, inputs: [1], shape },
      { name: 'inner', operation: { kind: 'softmax', log }, inputs: [2], shape },
      { name: 'last', operation: { ...dense, kernel: LAST }, inputs: [3], shape },
    ],
    target: 0,
    output: 4,
    scoreFunction: 'linear',
  };
}

/** Without channel 0 the second logit rises by `rise`, above the first one; without channel 1 hardly anything happens. */
const LAST = Float32Array.of(1, 0.5, -0.25, 0.125, 1, 0.5, -0.5, 0.25, 1);
const INNER = new Float32Array(9);

for (const log of [false, true]) {
  const name = log ? 'log-softmax' : 'softmax';
  webgpu(`an inner ${name} keeps its mass, however far a logit rises or falls`, async ({ device }) => {
    for (const rise of [1e-3, 1, 80, 100, 1000, 1e4]) {
      INNER.set([rise / 3, -rise, 0, 1e-3, 2e-3, -1e-3, 0.5, 1, -rise]);
      const tail = innerTail(log);
      const input = {
        inputs: 1,
        activation: Float32Array.of(1, 1, 1),
        ablation: { kind: 'values', values: new Float32Array(3) },
        score: 'logit',
        weighting: 'slope',
        norm: 2,
        classes: 'all',
      } as const;
      const { logits, weights } = naiveAblation(tail, input);
      for (const executor of [referenceExecutor(), webGpuExecutor(device)]) {
        const found = await run(executor, planSteps(tail), { ...input, logits: Float32Array.from(logits) });
        // Of some numbers as large as the rise, which become exponents or results, single precision loses 2^-24 each.
        const tolerance = { absolute: 2e-6 + 8 * 2 ** -24 * rise };
        assertClose(found.weights, weights, tolerance, `${executor.name}, rise ${String(rise)}`);
      }
    }
  });
}
webgpu.run();

const selections = suite('classes that are explained');
selections(
  'topK takes the classes with the highest logits, highest first, the first among equals',
  async () => {
    const item = { ...extremeCases(1)[0]!, classes: 4, channels: 2 };
    const drops = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const tail = tailOf({ ...item, drops });
    const logits = Float32Array.of(2, 3, 2, 1);
    const input = { ...inputOf({ ...item, logits }), score: 'logit', ablatedScores: false } as const;
    const { classIndices, weights, ablatedScores } = await run(referenceExecutor(), planAblation(tail), {
      ...input,
      classes: { topK: 3 },
    });
    assert.equal([...classIndices], [1, 0, 2]);
    assertClose(weights, [2 / 3, 6 / 3, 1 / 2, 5 / 2, 3 / 2, 7 / 2], { absolute: 1e-6 });
    assert.is(ablatedScores, null);
    const all = await run(referenceExecutor(), planAblation(tail), { ...input, classes: { topK: 9 } });
    assert.equal([...all.classIndices], [1, 0, 2, 3]);
    const error = await run(referenceExecutor(), planAblation(tail), {
      ...input,
      classes: { topK: 0 },
    }).catch((reason: unknown) => reason);
    assert.ok(error instanceof KernelsError && error.code === 'invalid-input');
  },
);
selections.run();
