import { sealedJson } from '@ablation-cam/model';
import { assertRefused } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BenchError } from '../src/errors.ts';
import { judgeEndToEnd } from '../src/end-to-end/judge.ts';
import { judge } from '../src/guard.ts';
import { achieved } from '../src/report/columns.ts';
import { compareRuns } from '../src/report/compare.ts';
import { benchmarksPage, readmeWithTable } from '../src/report/docs.ts';
import { formatAmount, formatRatio, formatTime } from '../src/report/format.ts';
import { renderTable } from '../src/report/table.ts';
import { renderHtml } from '../src/report/html.ts';
import { gainParts, oursByAuto, ratiosOf } from '../src/report/ratios.ts';
import { readRun } from '../src/results/read-run.ts';
import { benchRun, dataSetResult, endToEndResult, result } from './support.ts';

const test = suite('reports of the bench');

const loop = result({ strategy: 'masked-loop', executor: 'tfjs-wasm', medianMs: 30, quartilesMs: [29, 31] });
const ownLoop = result({ strategy: 'own-loop', medianMs: 20, quartilesMs: [19, 21] });

test('a run that was written is read back', async () => {
  const run = { ...benchRun([result(), loop]), endToEnd: [endToEndResult()], dataSets: [dataSetResult()] };
  assert.equal(await readRun(await sealedJson(run), 'run.json'), run);
  const changed = (await sealedJson(run)).replace('"medianMs": 30', '"medianMs": 3');
  await assertRefused(() => readRun(changed, 'run.json'), BenchError, /run\.json is not as it was written/);
});

test('results with missing, wrong or unknown fields are refused by name', async () => {
  const refused = (run: object, message: RegExp): Promise<void> =>
    assertRefused(() => readRun(JSON.stringify(run), 'x.json'), BenchError, message);
  const { medianMs: _, ...without } = result();
  const of = (results: readonly object[]): object => ({ ...benchRun([]), results });
  await refused(of([without]), /x\.json is broken at results\[0\]\.medianMs: .*nothing is there/);
  await refused(
    of([result(), result({ quartilesMs: [3, 1] })]),
    /results\[1\]\.quartilesMs: expected the lower quartile before/,
  );
  await refused(of([{ ...result(), speed: 1 }]), /results\[0\]\.speed: this version knows no such field/);
  const [first] = benchRun([]).cases;
  const { auto: __, ...old } = first!;
  await refused({ ...benchRun([]), cases: [old] }, /cases\[0\]\.auto: .*nothing is there/);
  const { environment: ___, ...homeless } = benchRun([]);
  await refused(homeless, /environment: .*nothing is there/);
  await refused({ ...benchRun([]), version: 1 }, /at version: .*3/);
  const whole = { ...endToEndResult(), ratios: { byGradCam: 1, byForward: -1, gain: null } };
  await refused({ ...benchRun([]), endToEnd: [whole] }, /endToEnd\[0\]\.ratios\.byForward/);
  await refused({ ...benchRun([]), dataSets: [dataSetResult({ ratio: -1 })] }, /dataSets\[0\]\.ratio/);
  await assertRefused(
    () => readRun('oops', 'x.json'),
    BenchError,
    /x\.json is broken JSON.*--json of this version/,
  );
});

test('a set of pictures is shown, and compared, as what it takes a sample', () => {
  const run = { ...benchRun([]), dataSets: [dataSetResult()] };
  assert.match(renderTable(run), /480 photographs .* 16 .*15\.0 ms .*16\.0 ms .*0\.94x .*0\.90x/);
  const page = benchmarksPage([{ device: 'here', run }]);
  assert.match(page, /Data sets:\n\n\| data set .*\n.*\n\| 480 photographs \| 16 .*0\.94x/);
  const slower = dataSetResult({ explainSet: { medianMs: 32, quartilesMs: [31, 33] } });
  const rows = compareRuns(run, { ...benchRun([]), dataSets: [slower] });
  assert.equal(
    rows.map(({ ratio, verdict }) => [ratio, verdict]),
    [
      [1, 'within the spread'],
      [2, 'slower'],
    ],
  );
});

test('ratios hold the fastest other strategy against the fastest of ours', () => {
  const slower = result({ executor: 'tfjs', medianMs: 5 });
  const ratios = ratiosOf(benchRun([slower, result(), loop, ownLoop]), 'mnist1d');
  const of = (name: string): number | undefined => ratios.find(({ against }) => against === name)?.ratio;
  assert.is(of('fastest other'), 10);
  assert.is(of('loop, TF.js WASM'), 15);
  assert.is(of('loop, our kernels'), 10);
  assert.is(of('Grad-CAM'), undefined);
});

test('what a user gains is measured with the executor that the library takes by itself', () => {
  const faster = result({ executor: 'reference', medianMs: 0.5 });
  const run = benchRun([faster, result(), loop]);
  assert.is(oursByAuto(run, 'mnist1d')?.executor, 'webgpu');
  assert.is(ratiosOf(run, 'mnist1d').find(({ against }) => against === 'loop, TF.js WASM')?.ratio, 15);
  assert.is(oursByAuto(benchRun([faster]), 'mnist1d')?.executor, 'reference', 'where auto has no time');
});

test('the gain against the loop in TensorFlow.js is that of the kernels times that of the algorithm', () => {
  const inTensorFlow = result({ strategy: 'masked-loop', executor: 'tfjs-webgpu', medianMs: 600 });
  const results = [result(), { ...ownLoop, operations: 25_000 }, inTensorFlow];
  const parts = { total: 300, kernels: 30, algorithm: 10, planned: 25, algorithmAwaited: null };
  assert.equal(gainParts(benchRun(results), 'mnist1d'), parts);
  const awaited = result({ strategy: 'awaited-loop', medianMs: 40 });
  assert.equal(gainParts(benchRun([...results, awaited]), 'mnist1d'), { ...parts, algorithmAwaited: 20 });
  assert.is(gainParts(benchRun([result(), ownLoop]), 'mnist1d'), null);
});

test('rates are the planned bytes and operations by the time on the GPU, or to the answer', () => {
  const own = { bytes: 4e6, operations: 1e6, medianMs: 2 };
  assert.equal(achieved(result({ ...own, gpuMs: 1 })), { gigabytes: 4, gigaflops: 2 });
  assert.equal(achieved(result({ ...own, gpuMs: null })), { gigabytes: 2, gigaflops: 1 });
  assert.equal([0, 950, 55_000, 3.21e9].map(formatAmount), ['0', '950', '55.0 k', '3.21 G']);
});

test('the loop on our kernels is held against ours on the same kernels, not against a faster executor', () => {
  const ratios = ratiosOf(
    benchRun([result({ executor: 'tfjs', medianMs: 0.1 }), result(), ownLoop]),
    'mnist1d',
  );
  assert.is(ratios.find(({ against }) => against === 'loop, our kernels')?.ratio, 10);
});

test('a comparison flags what got slower beyond the spread, and only that', () => {
  const before = benchRun([result(), loop, ownLoop]);
  const after = benchRun([
    result({ medianMs: 2.2, quartilesMs: [2, 2.6] }),
    { ...loop, medianMs: 60, quartilesMs: [59, 61] },
    { ...ownLoop, medianMs: 10, quartilesMs: [9, 11] },
  ]);
  assert.equal(
    compareRuns(before, after).map(({ verdict }) => verdict),
    ['within the spread', 'slower', 'faster'],
  );
  const network = endToEndResult();
  const slower = { ...network, gradCam: { medianMs: 200, quartilesMs: [199, 201] as const } };
  const networks = compareRuns({ ...before, endToEnd: [network] }, { ...benchRun([]), endToEnd: [slower] });
  assert.equal(
    networks.map(({ before: { title }, verdict }) => [title, verdict]),
    [
      ['prediction of the network, TF.js WASM', 'within the spread'],
      ['Ablation-CAM of the network, TF.js WASM', 'within the spread'],
      ['Grad-CAM of the network, TF.js WASM', 'slower'],
    ],
  );
  const once = compareRuns(benchRun([loop]), benchRun([{ ...loop, medianMs: 90, rounds: 1 }]));
  assert.is(once[0]?.verdict, 'too few rounds');
  assert.is(compareRuns(before, benchRun([])).length, 0);
});

test('the guard fails where the gain is gone or dispatches depend on the number of channels', () => {
  const sweep = [result({ dispatches: 2 }), result({ dispatches: 2 })];
  assert.equal(judge([result(), ownLoop], sweep, [6, 6]).failures, []);
  const slow = judge([result({ medianMs: 15 }), ownLoop], sweep, [6, 6]);
  assert.is(slow.failures.length, 1);
  assert.match(slow.failures[0] ?? '', /1\.3x the own-loop/);
  assert.is(
    judge([result(), ownLoop], [result({ dispatches: 2 }), result({ dispatches: 3 })], [6, 6]).failures
      .length,
    1,
  );
  assert.is(judge([result(), ownLoop], sweep, [6, 8]).failures.length, 1);
  assert.is(judge([ownLoop], sweep, [6, 6]).failures.length, 1);
});

test('whole networks fail the guard where they take longer than promised, beyond a margin', () => {
  const failuresOf = (changes: Parameters<typeof endToEndResult>[0]): readonly string[] =>
    judgeEndToEnd([endToEndResult(changes)]).failures;
  const { parts, ratios } = endToEndResult();
  const nothing = { byGradCam: null, byForward: null, gain: null };
  assert.equal(failuresOf({}), []);
  assert.equal(failuresOf({ ratios: { ...ratios, byGradCam: 1.2 } }), [], 'within the margin');
  const slow = failuresOf({ ratios: { byGradCam: 1.3, byForward: 2, gain: 3 } });
  assert.is(slow.length, 2);
  assert.match(slow[0] ?? '', /mobilenet-v2 on wasm takes 1\.30x the time of Grad-CAM/);
  assert.match(slow[1] ?? '', /takes 2\.00x the time of a prediction/);
  const promised = { ...nothing, gain: 4 };
  assert.match(failuresOf({ promised, ratios: { ...ratios, gain: 3 } })[0] ?? '', /is 3\.00x as fast/);
  assert.equal(failuresOf({ promised, ratios: { ...ratios, gain: 3.8 } }), []);
  assert.equal(failuresOf({ ratios: { ...ratios, byGradCam: 9 }, promised: nothing }), []);
  assert.equal(failuresOf({ parts: { ...parts, overheadMs: 5.9 } }), [], 'twice 1 ms and 2 % of 100 ms');
  assert.match(failuresOf({ parts: { ...parts, overheadMs: 6.1 } })[0] ?? '', /overhead .* is 6\.10 ms/);
  assert.is(judgeEndToEnd([]).failures.length, 1);
});

test('every report shows whole networks with their overhead', async () => {
  const run = { ...benchRun([result()]), endToEnd: [endToEndResult()] };
  const docs = benchmarksPage([{ device: 'here', run }]);
  for (const text of [renderTable(run), await renderHtml(run), docs]) {
    assert.match(text, /MobileNetV2/);
    assert.match(text, /1\.00 ms \(1 %\)/);
  }
  const alone = { ...run, cases: [], results: [] };
  assert.match(await renderHtml(alone), /MobileNetV2/);
});

test('a page of results is self-contained and shows the curve of cost against channels', async () => {
  const sweeps = [8, 64].flatMap((value) => [
    result({ case: `channels-${value}`, medianMs: value }),
    { ...loop, case: `channels-${value}`, medianMs: value * 9 },
  ]);
  const page = await renderHtml(benchRun([result(), loop, ...sweeps]));
  assert.match(page, /Cost against channels/);
  assert.match(page, /a &lt;processor&gt;/);
  assert.is(page.match(/<svg/g)?.length, 2, 'one bar chart and one curve');
  assert.not.match(page, /<script|src=|href=|url\(/);
});

test('the table of the README is replaced between its markers, by what is explained faster than TensorFlow.js predicts', () => {
  const wasm = endToEndResult();
  const runsOf = (gain: number): Parameters<typeof readmeWithTable>[1] => {
    const ratios = { ...wasm.ratios, gain };
    const endToEnd = [wasm, { ...wasm, engine: 'onnxruntime' as const, ratios }];
    return [
      { device: 'here', run: { ...benchRun([]), endToEnd } },
      { device: 'here, with fewer networks', run: benchRun([]) },
    ];
  };
  const readme = 'before\n<!-- headline -->\nold\n<!-- /headline -->\nafter\n';
  const written = readmeWithTable(readme, runsOf(4.5));
  assert.match(
    written,
    /^before\n<!-- headline -->\n[^]*\| MobileNetV2[^|]*\|[^]* 4\.50x[^]*<!-- \/headline -->\nafter\n$/,
  );
  assert.not.match(written, /old/);
  assert.is(readmeWithTable(written, runsOf(4.5)), written);
  assert.is(readmeWithTable('no markers', runsOf(4.5)), 'no markers');
  assert.not.match(readmeWithTable(readme, runsOf(0.9)), /MobileNetV2/);
});

test('times and ratios have three digits', () => {
  assert.equal([0.0123, 1.5, 99.96, 1234].map(formatTime), ['12.3 µs', '1.50 ms', '100 ms', '1.23 s']);
  assert.equal([0.5, 1.5, 12.34, 12345].map(formatRatio), ['0.50x', '1.50x', '12.3x', '12,345x']);
});

test.run();
