import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkRandomTail } from './support/check-random-tail.ts';
import { randomTail } from './support/random-tail.ts';

const FUSIONS = ['pooling', 'activation', 'none'] as const;

const TAILS = 400;

const test = suite('plans in steps of random tails');

test('every plan gives what the naive loop gives, in float64', async () => {
  for (let seed = 1; seed <= TAILS; seed++) {
    await checkRandomTail(randomTail(seed), FUSIONS[seed % FUSIONS.length] ?? 'pooling');
  }
});

test('operations without a rule are left to others, and the rest is still planned', async () => {
  for (let seed = 1; seed <= TAILS / 4; seed++) {
    const plan = await checkRandomTail(randomTail(seed, { opaque: true }), 'pooling');
    const fallbacks = plan.variantSteps.filter(({ kind }) => kind === 'fallback');
    assert.ok(fallbacks.length <= 1);
  }
});

test.run();
