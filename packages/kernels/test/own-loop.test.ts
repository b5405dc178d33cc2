import { assertClose, deviceSuite, seededRandom } from '@ablation-cam/tools/testing';
import * as assert from 'uvu/assert';
import { KernelsError, ownLoopExecutor, planSteps, planTail } from '../src/index.ts';
import { naiveAblation } from './support/naive-ablation.ts';
import { givenValues, naiveDeltas } from './support/naive-deltas.ts';
import { randomTail } from './support/random-tail.ts';
import { separableTail } from './support/separable-tails.ts';
import { sharedDevice } from './support/shared-device.ts';

/** What a float32 loop may lose: it subtracts logits whose common part was rounded. */
const FLOAT32_LOOP = { ofLargest: 1e-3, absolute: 2e-5 };

const test = await deviceSuite('the naive loop on our own kernels', sharedDevice, { isShared: true });

test('random tails give the logits of one float64 evaluation a channel', async ({ device }) => {
  for (let seed = 0; seed < 80; seed++) {
    const random = randomTail(seed);
    const { logits, deltas } = naiveDeltas(random);
    const prepared = await ownLoopExecutor(device, { isAwaited: seed % 2 === 1 }).prepare(
      planSteps(random.tail),
    );
    const before = device.liveBytes;
    try {
      const { ablatedScores } = await prepared.run({
        inputs: 1,
        activation: random.activation,
        logits: Float32Array.from(logits),
        ablation: { kind: 'values', values: random.off },
        constants: new Map(
          [...givenValues(random)].map(([node, values]) => [node, Float32Array.from(values)]),
        ),
        score: 'logit',
        weighting: 'relative-drop',
        norm: 2,
        classes: 'all',
        ablatedScores: true,
      });
      const expected = deltas.map((delta, at) => (logits[at % logits.length] ?? 0) - delta);
      assertClose(ablatedScores ?? [], expected, FLOAT32_LOOP, `ablated logits of seed ${String(seed)}`);
      assert.is(device.liveBytes, before, 'nothing is left behind');
    } finally {
      prepared.dispose();
    }
  }
});

test('weights of several inputs are those of the naive loop', async ({ device }) => {
  const random = seededRandom(5);
  const tail = separableTail(
    { shape: [8, 6, 5], classes: 4, scoreFunction: 'softmax', layers: 'bmg' },
    random,
  );
  const input = {
    inputs: 3,
    activation: random.floats(3 * 240),
    ablation: { kind: 'channel-mean' },
    score: 'probability',
    weighting: 'slope',
    norm: 1,
    classes: 'all',
    ablatedScores: true,
  } as const;
  const naive = naiveAblation(tail, input);
  for (const isAwaited of [false, true]) {
    const prepared = await ownLoopExecutor(device, { isAwaited }).prepare(planTail(tail));
    try {
      const output = await prepared.run({ ...input, logits: Float32Array.from(naive.logits) });
      assertClose(output.weights, naive.weights, FLOAT32_LOOP, 'weights');
      assertClose(output.ablatedScores ?? [], naive.ablatedScores, FLOAT32_LOOP, 'ablated scores');
      // A reshape needs no step.
      assert.is(output.dispatches.ablation, 1 + 5 * (1 + tail.nodes.length - 1) + 2);
    } finally {
      prepared.dispose();
    }
  }
});

test('a tail with operations of others is refused', async ({ device }) => {
  const { tail } = randomTail(1, { opaque: true });
  const plan = planSteps(tail);
  const isLeft = plan.variantSteps.some(({ kind }) => kind === 'fallback');
  assert.ok(isLeft);
  const error = await ownLoopExecutor(device)
    .prepare(plan)
    .catch((reason: unknown) => reason);
  assert.ok(error instanceof KernelsError && error.code === 'unsupported-tail');
});

test.run();
