import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findOnnxRuntime } from '@ablation-cam/kernels';
import { allCases } from '../src/cases/all-cases.ts';
import { measureCase, type MeasureOptions } from '../src/measure/measure-case.ts';
import { allStrategies } from '../src/strategies/all-strategies.ts';
import type { BenchStrategy } from '../src/strategies/strategy.ts';
import { openRuntime } from '../src/open-case/runtime.ts';
import { openCase } from '../src/open-case/open-case.ts';

const test = suite('measuring');

const options: MeasureOptions = {
  rounds: 2,
  isQuick: true,
  sampleMs: 5,
  strategyMs: 20,
  longRunMs: 700,
  ceilings: null,
  end: Infinity,
  signal: new AbortController().signal,
  onStep: () => undefined,
};

/** The name of the case with 8 channels: small, and the same in Node and in the browser. */
const SMALL = 'channels-8';

async function measure(
  caseName: string,
  strategies: readonly BenchStrategy[],
  changes: Partial<MeasureOptions> = {},
) {
  const benchCase = allCases.find(({ name }) => name === caseName);
  if (!benchCase) throw new RangeError(`There is no case ${caseName}.`);
  const runtime = await openRuntime();
  try {
    const opened = await openCase(benchCase, runtime);
    try {
      return await measureCase(opened, strategies, { ...options, ...changes });
    } finally {
      opened.dispose();
    }
  } finally {
    runtime.dispose();
  }
}

/** The incremental plan with its weights falsified by a factor. */
function falsified(factor: number): BenchStrategy {
  const honest = allStrategies.find(
    ({ name, executor }) => name === 'incremental' && executor === 'reference',
  )!;
  return {
    ...honest,
    prepare: async (opened) => {
      const prepared = await honest.prepare(opened);
      return {
        ...prepared,
        run: async (list) => {
          const answer = await prepared.run(list);
          return { ...answer, values: answer.values.map((value) => value * factor) };
        },
      };
    },
  };
}

test('a strategy whose answer differs is not timed, and the error is told', async () => {
  const { results, untimed } = await measure(SMALL, [falsified(1.001)]);
  assert.equal(results, []);
  assert.is(untimed.length, 1);
  assert.match(untimed[0]?.reason ?? '', /differs from float64/);
  assert.ok(Math.abs((untimed[0]?.maxRelativeError ?? 0) - 1e-3) < 1e-5);
});

/** A strategy that fails when it runs. */
function failing(executor: BenchStrategy['executor']): BenchStrategy {
  const error = new TypeError('x is not a function');
  return { ...falsified(1), executor, prepare: () => Promise.reject(error) };
}

test('what TensorFlow.js fails at is told, an error of ours ends the case', async () => {
  const { results, untimed } = await measure(SMALL, [failing('tfjs-wasm'), falsified(1)]);
  assert.is(results.length, 1);
  assert.equal(
    untimed.map(({ reason }) => reason),
    ['it failed: x is not a function'],
  );
  const error = await measure(SMALL, [failing('webgpu')]).catch((reason: unknown) => reason);
  assert.instance(error, TypeError);
});

test('a strategy within the tolerance is timed', async () => {
  const { results, untimed } = await measure(SMALL, [falsified(1 + 5e-5)]);
  assert.equal(untimed, []);
  assert.is(results[0]?.rounds, 2);
});

test('every strategy on a CPU agrees with float64 at a small tail', async () => {
  const onCpu = allStrategies.filter(({ executor }) => executor !== 'webgpu' && executor !== 'tfjs-webgpu');
  const tails = onCpu.filter(({ from }) => from === 'activation');
  const { results, untimed } = await measure(SMALL, tails);
  // A browser has no ONNX Runtime, and says so.
  const { absence } = await findOnnxRuntime();
  const absent = absence === null ? [] : tails.filter(({ executor }) => executor === 'onnxruntime');
  assert.equal(
    untimed.map(({ strategy, reason }) => [strategy, reason]),
    absent.map(({ name }) => [name, absence]),
  );
  assert.is(results.length, tails.length - absent.length);
  for (const { maxRelativeError, strategy } of results) assert.ok(maxRelativeError <= 1e-4, strategy);
});

test('where the prediction is confident, the loop in float32 is refused and the plan is not', async () => {
  const chosen = allStrategies.filter(({ name, executor }) =>
    executor === 'tfjs-wasm' ? name === 'masked-loop' : executor === 'tfjs',
  );
  const { results, untimed, probabilities } = await measure('confident', chosen);
  assert.ok((probabilities[0] ?? 0) > 0.9999);
  assert.equal(
    results.map(({ strategy }) => strategy),
    ['incremental'],
  );
  assert.equal(
    untimed.map(({ strategy }) => strategy),
    ['masked-loop'],
  );
});

test('a case whose time is over keeps the runs that were checked', async () => {
  const { results } = await measure(SMALL, [falsified(1)], { end: performance.now(), strategyMs: 0 });
  assert.is(results.length, 1);
  assert.is(results[0]?.rounds, 1);
  assert.ok((results[0]?.medianMs ?? 0) > 0);
});

test('a slow strategy is timed by the run that was checked, and not run again once the time is short', async () => {
  let runs = 0;
  const slow = (isWarm?: true): BenchStrategy => {
    const honest = falsified(1);
    return {
      ...honest,
      role: 'other',
      ...(isWarm && { isWarm }),
      prepare: async (opened) => {
        const prepared = await honest.prepare(opened);
        return {
          ...prepared,
          run: async (list) => {
            runs += 1;
            await new Promise((resolve) => setTimeout(resolve, 60));
            return prepared.run(list);
          },
        };
      },
    };
  };
  const patient = await measure(SMALL, [slow()], { longRunMs: 30 });
  assert.is(patient.results[0]?.rounds, 1);
  assert.is(runs, 2, 'one to warm up, one that is checked and counts');
  runs = 0;
  const compiled = await measure(SMALL, [slow(true)], { longRunMs: 30 });
  assert.is(compiled.results[0]?.rounds, 1);
  assert.is(runs, 1, 'where nothing is left to compile the first run counts');
  const hurried = await measure(SMALL, [slow()], { longRunMs: 30, end: performance.now() });
  assert.match(hurried.untimed[0]?.reason ?? '', /the time of this case was over/);
});

test('an abort leaves no results rather than wrong ones', async () => {
  const { results } = await measure(SMALL, [falsified(1)], { signal: AbortSignal.abort() });
  assert.equal(results, []);
});

test('case names are unique, and every strategy is named once for each executor', () => {
  assert.is(new Set(allCases.map(({ name }) => name)).size, allCases.length);
  const keys = allStrategies.map(({ name, executor }) => `${name}@${executor}`);
  assert.is(new Set(keys).size, keys.length);
});

test.run();
