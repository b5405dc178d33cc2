import { hostileNames, tagShapes } from '@ablation-cam/tools/testing';
import { printable, printableJson, printableName } from '@ablation-cam/model';
import { html } from '@ablation-cam/model/reports';
import type { SetPlan } from '@ablation-cam/model/results';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { comparisonCsv, type Comparison } from '../src/compare/comparison.ts';
import { METRICS } from '../src/compare/metrics.ts';
import { renderComparison } from '../src/compare/report.ts';
import { summarize } from '../src/compare/summary.ts';
import { renderSummary } from '../src/summarize/report.ts';

const NAMES = 400;

const test = suite('hostile names');

const names = hostileNames(NAMES);

test('a terminal is given nothing to obey, and JSON keeps every name', () => {
  for (const name of names) {
    assert.not.match(printable(name), /(?![\n\t])\p{Cc}|\p{Bidi_Control}/u);
    assert.not.match(printableName(name), /\p{Cc}|\p{Bidi_Control}/u);
    const text = printableJson({ name });
    assert.not.match(text, /(?!\n)\p{Cc}|\p{Bidi_Control}/u);
    assert.equal(JSON.parse(text), { name });
  }
});

test('HTML holds a name as one text, in elements and attributes', () => {
  for (const name of names) {
    const { text } = html`<p title="${name}">${name}</p>`;
    const [, attribute = '', content = ''] = /^<p title="([^"<>]*)">([^<>]*)<\/p>$/.exec(text) ?? [];
    assert.ok(content.length > 0, JSON.stringify(name));
    assert.is(attribute, content);
    assert.not.match(content, /&(?!(?:amp|lt|gt|quot|#39);)/);
    assert.not.match(content, /(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
  }
});

test('a table for spreadsheets has a row a name, whose cells are no formulas', () => {
  const records = names.map((name, sample) => ({
    ...{ sample, source: name, label: sample, classIndex: sample, score: 0, method: 'm', seconds: 0 },
    ...{ empty: false, values: {} },
  }));
  const csv = comparisonCsv({
    ...{ settings: {} as never, samples: NAMES, metrics: [], methods: [], classNames: names, records },
  });
  const [, ...rows] = rowsOf(csv);
  assert.is(rows.length, NAMES);
  for (const [row, fields] of rows.entries()) {
    assert.is(fields.length, 8);
    const name = names[row] ?? '';
    for (const field of [fields[1], fields[2], fields[3]]) {
      assert.is(field, /^[=+\-@\t\r]/.test(name) ? `'${name}` : name);
      assert.not.match(field ?? '', /^[=+\-@\t\r]/);
    }
  }
});

test('the report of a comparison has the tags that it has with harmless names', () => {
  const harmless = tagShapes(reportWith('name'));
  for (const name of names.slice(0, REPORTS)) {
    const page = reportWith(name);
    const added = [...tagShapes(page)].filter((tag) => !harmless.has(tag));
    assert.equal(added, [], JSON.stringify(name));
    assert.not.match(page, /(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
  }
});

test('so has the report of a result of explain-set', () => {
  const harmless = tagShapes(summaryWith('name'));
  for (const name of names.slice(0, REPORTS)) {
    const page = summaryWith(name);
    const added = [...tagShapes(page)].filter((tag) => !harmless.has(tag));
    assert.equal(added, [], JSON.stringify(name));
    assert.not.match(page, /(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
  }
});

/** Each takes some milliseconds. */
const REPORTS = 60;

/** A report with one name wherever one can be. */
function reportWith(name: string): string {
  const methods = [name, 'random'];
  const records = methods.flatMap((method) =>
    [0, 1, 2].map((sample) => ({
      ...{ sample, source: name, label: 0, classIndex: 0, score: 0.5, method, seconds: 0.1, empty: false },
      values: { drop: 0.1 * sample },
    })),
  );
  const comparison: Comparison = {
    settings: {
      ...{ model: name, data: name, methods, samples: [0, 1, 2], layer: name, fraction: 0.5, steps: 3 },
      ...{ backend: 'cpu', executor: 'reference', normalize: name },
    },
    ...{ samples: 3, classNames: [name], metrics: METRICS.slice(0, 1), records },
    methods: summarize(records, methods),
  };
  return renderComparison(comparison, '<svg></svg>', { [name]: name });
}

/** The same of a result whose files give it wherever they can. */
function summaryWith(name: string): string {
  const example = { index: 0, source: name, label: 0, predicted: 0, value: 1 };
  const own = { method: name, target: name, mapShape: [1], classes: [], channels: [] };
  const found = { drop: null, increase: null, emptyMaps: 0, atBorder: [], inRegion: null };
  const plan: Pick<SetPlan, 'model' | 'data' | 'engine' | 'versions'> & { readonly options: object } = {
    model: { source: name, hash: name },
    data: { source: name, hash: name, count: 1 },
    engine: { backend: 'cpu', executor: 'reference' },
    versions: { [name]: name },
    options: { layer: [name], class: name },
  };
  return renderSummary(
    plan as SetPlan,
    {
      ...{ samples: 2, explained: 1, failed: 1, labelled: 1, right: 1 },
      failures: [{ source: name, reason: name }],
      classes: [{ name, labelled: 1, predicted: 1, right: 1 }],
      confidentlyWrong: [example],
      undecided: [example],
      methods: [{ ...own, ...found, duplicates: [[example, example]] }],
    },
    [],
  );
}

/** The fields of a CSV text, as RFC 4180 has them. */
function rowsOf(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < csv.length) {
    const quoted = csv[at] === '"';
    let field = '';
    if (quoted) {
      at++;
      for (; csv[at] !== '"' || csv[at + 1] === '"'; at++) {
        if (csv[at] === '"') at++;
        field += csv[at] ?? '';
      }
      at++;
    } else {
      for (; at < csv.length && csv[at] !== ',' && csv[at] !== '\n'; at++) field += csv[at] ?? '';
    }
    row.push(field);
    if (csv[at] === '\n') {
      rows.push(row);
      row = [];
    }
    at++;
  }
  return rows;
}

test.run();
