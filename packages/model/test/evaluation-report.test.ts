import { hostileNames, tagShapes } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { evaluationPlots } from '../src/reports.ts';
import { renderEvaluationReport } from '../src/evaluation/report/render-evaluation-report.ts';
import { classNameSets, simulatedEvaluation, simulatedHistory } from './support/simulated-evaluation.ts';

const test = suite('evaluation report');

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

test('holds every plot, every class, the failed examples and the parameters', async () => {
  const result = simulatedEvaluation(classNameSets['eight classes']!);
  const page = await renderEvaluationReport(result, {
    title: 'Evaluation of model.h5',
    history: simulatedHistory(5),
    parameters: { model: 'model.h5' },
  });
  assert.is(count(page, '<figure'), 8);
  assert.is(count(page, 'download='), 8);
  assert.is(count(page, 'data:image/png;base64,'), result.failures.length);
  for (const { name, f1 } of result.classes) {
    assert.ok(page.includes(`<th scope="row">${name}</th>`));
    assert.ok(page.includes(`<td>${f1.toFixed(4)}</td>`));
  }
  assert.ok(page.includes('<h1>Evaluation of model.h5</h1>'));
  assert.match(page, /model<\/th>\s*<td>model\.h5<\/td>/);
  assert.is(count(page, 'undefined'), 0);
  assert.is(count(page, 'NaN'), 0);
});

test('loads nothing and runs nothing', async () => {
  const page = await renderEvaluationReport(simulatedEvaluation(['a', 'b']));
  const inline = page.replaceAll('http://www.w3.org/2000/svg', '').replaceAll(/data:[^"]*/g, '');
  assert.is(inline.match(/https?:|\/\/|<script|<link|@import|url\(/g), null);
});

test('shows names with markup as text', async () => {
  const result = simulatedEvaluation(['<script>alert(1)</script>', '"quoted" & more']);
  const page = await renderEvaluationReport(result, { title: '<i>', parameters: { '<u>': '<s>' } });
  assert.not.match(page, /<script|<i>|<u>|<s>/);
  assert.ok(page.includes('&lt;script&gt;alert(1)&lt;/script&gt;'));
});

test('hostile names add no tag and no attribute to page and plots, and no character that XML has not', async () => {
  const shapes = async (names: readonly string[]): Promise<Set<string>> => {
    const [name = ''] = names;
    const skipped = [{ source: name, reason: name }];
    const result = { ...simulatedEvaluation(names), dataName: name, skipped };
    const page = await renderEvaluationReport(result, { title: name, parameters: { [name]: name } });
    const plots = await evaluationPlots(result, simulatedHistory(2));
    const text = [page, ...plots.map(({ svg }) => svg)].join('\n');
    assert.not.match(text, /(?![\t\n\r])\p{Cc}|[\ufffe\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/u);
    return tagShapes(text);
  };
  const harmless = await shapes(['a name', 'two\nlines', `${'long '.repeat(40)}\nname`, ' ']);
  for (let first = 0; first < 20; first += 4) {
    const names = hostileNames(20).slice(first, first + 4);
    const added = [...(await shapes(names))].filter((tag) => !harmless.has(tag));
    assert.equal(added, [], JSON.stringify(names));
  }
});

test('draws failed signals as lines', async () => {
  const page = await renderEvaluationReport(simulatedEvaluation(['a', 'b'], { shape: [40, 2] }));
  assert.is(count(page, '<polyline'), 12);
  assert.not.ok(page.includes('data:image/png'));
});

test('says why a class has no AUC, and what was skipped', async () => {
  const result = simulatedEvaluation(['a', 'b', 'c'], { missingClass: 1 });
  const skipped = [{ source: 'b/broken.tif', reason: 'It is no image.' }];
  const page = await renderEvaluationReport({ ...result, skipped });
  assert.match(page, /AUC of b is undefined \(the data hold no sample of this class\)/);
  assert.ok(page.includes('b/broken.tif: It is no image.'));
});

test('is the same for the same result', async () => {
  const render = () => renderEvaluationReport(simulatedEvaluation(['a', 'b']));
  assert.is(await render(), await render());
});

test.run();
