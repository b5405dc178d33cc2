import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { largestOfEach, maxRelativeError } from '../src/measure/agreement.ts';
import {
  fittingRounds,
  isDue,
  MOMENT_MS,
  plannedRounds,
  roundMs,
  sampledChannels,
  scaledTime,
} from '../src/measure/schedule.ts';
import { TimeBudget } from '../src/measure/time-budget.ts';
import { differs, quantile, summarize } from '../src/measure/statistics.ts';

const test = suite('the statistics of the bench');

test('quantiles are linear between neighbours', () => {
  assert.is(quantile([1, 2, 3, 4], 0.5), 2.5);
  assert.is(quantile([1, 2, 3, 4], 0.25), 1.75);
  assert.is(quantile([5], 0.9), 5);
  assert.throws(() => quantile([], 0.5), RangeError);
});

test('a summary does not depend on the order, and one outlier does not move its median', () => {
  assert.equal(summarize([9, 1, 5]), summarize([1, 5, 9]));
  assert.equal(summarize([1, 2, 3, 4, 1000]), { median: 3, quartiles: [2, 4], count: 5 });
});

test('two samples differ only where their widened middle halves are apart', () => {
  const sample = (low: number, high: number, count = 5) => ({ quartiles: [low, high] as const, count });
  assert.ok(differs(sample(1, 2), sample(4.1, 5)));
  assert.ok(differs(sample(4.1, 5), sample(1, 2)));
  assert.not(differs(sample(1, 2), sample(3.9, 5)));
  assert.not(differs(sample(1, 1, 2), sample(5, 5, 2)), 'two values have no spread');
});

test('the error is relative to the largest value of each input', () => {
  assert.equal(largestOfEach([1, -4, 0.5, 0.25], 2), [4, 0.5]);
  assert.is(maxRelativeError([1, -4, 0.5, 0.25], [1, -4, 0.5, 0.25], [4, 0.5]), 0);
  assert.is(maxRelativeError([1, -3, 0.5, 0.25], [1, -4, 0.5, 0.25], [4, 0.5]), 0.25);
  assert.is(maxRelativeError([1, -4, 0.5, 0.5], [1, -4, 0.5, 0.25], [4, 0.5]), 0.5);
});

test('an answer with NaN, of another length or without values is infinitely wrong', () => {
  assert.is(maxRelativeError([NaN], [1], [1]), Infinity);
  assert.is(maxRelativeError([1], [1, 2], [2]), Infinity);
  assert.is(maxRelativeError([], [], [1]), Infinity);
});

test('a loop is scaled up by its passes, without what every run takes', () => {
  assert.is(scaledTime(20, 10, 5, 100), 10 + 200);
  assert.is(scaledTime(5, 9, 2, 8), 5, 'a run is never shorter than its fixed part');
});

test('loops run the channels that fit, two at least unless one takes long, and all at most', () => {
  assert.is(sampledChannels(10, 64, 100), 10);
  assert.is(sampledChannels(500, 64, 100), 2);
  assert.is(sampledChannels(5000, 64, 100), 1);
  assert.is(sampledChannels(0.1, 64, 100), 64);
  assert.is(sampledChannels(500, 1, 100), 1);
});

test('short runs fill a moment and more, long ones are timed alone', () => {
  assert.ok(roundMs(0.1) > MOMENT_MS && roundMs(0.1) < 1.1 * MOMENT_MS);
  assert.is(roundMs(200), 200);
});

test('slow strategies take part in fewer rounds, spread over all of them', () => {
  const effort = { rounds: 9, strategyMs: 300 };
  assert.is(plannedRounds(1, effort), 9);
  assert.is(plannedRounds(200, effort), 3);
  assert.is(plannedRounds(2000, effort), 0, 'it was timed when it was checked');
  for (let planned = 1; planned <= 9; planned++) {
    const due = Array.from({ length: 9 }, (_, round) => isDue(round, planned, 9));
    assert.is(due.filter(Boolean).length, planned);
  }
  assert.equal(
    Array.from({ length: 9 }, (_, round) => isDue(round, 3, 9)),
    [false, false, true, false, false, true, false, false, true],
  );
});

test('rounds are as many as fit into a time, however little that is', () => {
  const effort = { rounds: 9, strategyMs: 300 };
  const runs = [1, 50, 200, 2000];
  assert.equal(fittingRounds(runs, effort, Infinity), [9, 6, 3, 0]);
  for (const available of [0, 10, 100, 500, 900]) {
    const planned = fittingRounds(runs, effort, available);
    assert.ok(planned.reduce((sum, count, i) => sum + count * runs[i]!, 0) <= available);
  }
  assert.equal(fittingRounds(runs, effort, -5), [0, 0, 0, 0]);
});

test('cases share the time by weight, later ones have what is left over, and the whole is kept', () => {
  const budget = new TimeBudget(1000, 100, [1, 3, 1]);
  assert.is(budget.endOf(0, 1000), 1020);
  assert.is(budget.endOf(1, 1020), 1080);
  assert.is(budget.endOf(1, 1010), 1010 + (90 * 3) / 4, 'the first took half of its time');
  assert.is(budget.endOf(2, 1090), 1100);
  assert.is(budget.endOf(2, 1200), 1200, 'nothing is left');
});

test.run();
