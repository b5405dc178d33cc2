import { assertClose, deviceSuite, seededRandom } from '@ablation-cam/tools/testing';
import * as assert from 'uvu/assert';
import { planSteps, webGpuExecutor, type ContinueFrom, type Tail, type TailNode } from '../src/index.ts';
import { evaluateTail } from '../src/lowering.ts';
import { naiveDeltas } from './support/naive-deltas.ts';
import { sharedDevice } from './support/shared-device.ts';

/** What float32 may leave of a weight. */
const FLOAT32 = { ofLargest: 1e-4, absolute: 2e-6 };

const test = await deviceSuite('tensors of more axes than the kernels take', sharedDevice, {
  isShared: true,
});

/** A target [2, 3, 4] as [2, 3, 1, 2, 2], an operation on it, and logits. */
function tailWith(operation: TailNode['operation'], shape: readonly number[]): Tail {
  const size = shape.reduce((product, length) => product * length, 1);
  const kernel = seededRandom(1).floats(size * 3, -1, 1);
  const nodes: TailNode[] = [
    { name: 'target', operation: { kind: 'target' }, inputs: [], shape: [2, 3, 4] },
    { name: 'split', operation: { kind: 'reshape' }, inputs: [0], shape: [2, 3, 1, 2, 2] },
    { name: 'wide', operation, inputs: [1], shape },
    { name: 'flat', operation: { kind: 'reshape' }, inputs: [2], shape: [size] },
    {
      name: 'logits',
      operation: { kind: 'dense', units: 3, kernel, bias: null },
      inputs: [3],
      shape: [3],
    },
  ];
  return { nodes, target: 0, output: 4, scoreFunction: 'softmax' };
}

const WIDE: readonly (readonly [string, Tail])[] = [
  ['permute', tailWith({ kind: 'permute', axes: [4, 0, 3, 1, 2] }, [2, 2, 2, 3, 1])],
  ['crop', tailWith({ kind: 'crop', before: [0, 1, 0, 0, 0] }, [2, 2, 1, 1, 2])],
  [
    'prelu',
    tailWith(
      { kind: 'prelu', slope: Float32Array.of(0.1, 0.3), slopeShape: [1, 1, 1, 2, 1] },
      [2, 3, 1, 2, 2],
    ),
  ],
];

for (const [kind, tail] of WIDE) {
  test(`${kind} of five axes is planned as a fallback that gives the same weights`, async ({ device }) => {
    const plan = planSteps(tail);
    const fallback = plan.variantSteps.find((step) => step.kind === 'fallback');
    assert.match(fallback?.reasons[0] ?? '', `wide (${kind})`);
    assert.is(
      planSteps(tail, { maxAxes: 5 }).variantSteps.some((step) => step.kind === 'fallback'),
      false,
    );

    const random = seededRandom(2);
    const given = {
      seed: 2,
      tail,
      activation: random.floats(24, -1, 1),
      constants: new Map<number, Float32Array>(),
      off: new Float32Array(4),
    };
    const { logits, deltas } = naiveDeltas(given);
    const prepared = await webGpuExecutor(device).prepare(plan);
    try {
      const { ablatedScores } = await prepared.run({
        inputs: 1,
        activation: given.activation,
        logits: Float32Array.from(logits),
        ablation: { kind: 'values', values: given.off },
        score: 'logit',
        weighting: 'relative-drop',
        norm: 2,
        classes: 'predicted',
        ablatedScores: true,
        continueFrom: continueIn(tail),
      });
      const expected = deltas.map((delta, at) => (logits[at % 3] ?? 0) - delta);
      assertClose(ablatedScores ?? [], expected, FLOAT32, 'ablated scores');
    } finally {
      prepared.dispose();
    }
  });
}

function continueIn(tail: Tail): ContinueFrom {
  return ({ variants, tensors }) => {
    const target = new Float64Array(variants * 24);
    const given = new Map([[tail.target, target]]);
    for (const { node, values } of tensors) given.set(node, Float64Array.from(values));
    const logits = evaluateTail(tail, given, variants)[tail.output];
    return Promise.resolve(Float32Array.from(logits ?? []));
  };
}

test.run();
