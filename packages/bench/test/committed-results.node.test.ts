import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { generatedFiles } from '../src/command/docs.ts';
import { committedRuns } from '../src/command/repository.ts';
import { guard } from '../src/guard.ts';
import { LARGEST_RELATIVE_ERROR } from '../src/measure/agreement.ts';

const test = suite('committed results');

test('every row agrees with float64, and predictions are neither lost nor sure', async () => {
  const runs = await committedRuns();
  assert.ok(runs.length > 0);
  for (const { device, run } of runs) {
    assert.ok(run.results.length + run.endToEnd.length + run.dataSets.length > 0, device);
    const errors = [
      ...run.results.map(({ case: name, maxRelativeError }) => ({ name, error: maxRelativeError })),
      ...run.endToEnd.flatMap(({ case: name, maxRelativeError }) =>
        Object.values(maxRelativeError).map((error: number) => ({ name, error })),
      ),
    ];
    for (const { name, error } of errors) assert.ok(error <= LARGEST_RELATIVE_ERROR, `${device}: ${name}`);
    for (const { name, predictions } of run.cases) {
      if (name === 'confident') continue;
      assert.ok(
        predictions[0] >= 0.05 && predictions[1] <= 0.99,
        `${device}: ${name} is predicted with ${predictions.join(' to ')}`,
      );
    }
  }
});

test('the documentation is what `pnpm bench --docs` makes of the results', async () => {
  for (const { path, current, wanted } of await generatedFiles()) {
    assert.is(current, wanted, `${path} is stale; run pnpm bench --docs`);
  }
});

test('one dispatch beats the loops, and dispatches do not depend on the number of channels', async () => {
  const { failures } = await guard(new AbortController().signal);
  assert.equal(failures, []);
});

test.run();
