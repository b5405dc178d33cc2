import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { KernelsError, referenceExecutor, type AblationInput } from '../src/index.ts';
import { naiveAblation } from './support/naive-ablation.ts';
import { assertAgrees, CASES, FLOAT32, runPlan } from './support/separable-cases.ts';

/** The reference computes in double precision and rounds its results once. */
const ROUNDED_ONCE = { ofLargest: 1e-7, absolute: 1e-9 };

const reference = suite('the reference executor');
for (const item of CASES) {
  reference(`equals one evaluation of the tail a channel: ${item.name}`, async () => {
    const exact = { ...item.input, logits: Float32Array.from(naiveAblation(item.tail, item.input).logits) };
    const output = await runPlan(referenceExecutor(), item.tail, exact);
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
      const error = await runPlan(referenceExecutor(), item.tail, { ...item.input, ...change }).catch(
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
  const error = await runPlan(referenceExecutor(), item.tail, {
    ...item.input,
    signal: AbortSignal.abort(),
  }).catch((reason: unknown) => reason);
  assert.is((error as Error).name, 'AbortError');
});
reference.run();
