import { seededRandom } from '@ablation-cam/tools/testing';
import { html, printable, printableJson, printableName } from '@ablation-cam/model';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { comparisonCsv } from '../src/compare/comparison.ts';

/** Parts of names that mean something to somebody: a terminal, a browser, a spreadsheet, an object. */
const PARTS = [
  ...['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '</svg>', ']]>', '-->', '&lt;', '&#0;'],
  ...[
    '"',
    "'",
    '`',
    '\\',
    ',',
    ';',
    '\n',
    '\r',
    '\t',
    '\0',
    '\x07',
    '\x1b[2J',
    '\x1b]8;;file:///\x07',
    '\x9b31m',
  ],
  ...[
    '=1+1',
    '+',
    '-',
    '@SUM(1)',
    '|cmd',
    '\u202e',
    '\u2066',
    '\u200f',
    '\u061c',
    '\ufffe',
    '\ud800',
    '\udc00',
  ],
  ...['__proto__', 'constructor', 'toString', '${x}', '{{x}}', '%s', '%00', 'é', '猫', '👩‍🔬', ' '],
];

const NAMES = 400;

const test = suite('hostile names');

function hostileName(seed: number): string {
  const random = seededRandom(seed);
  return Array.from({ length: random.integer(1, 5) }, () => random.pick(PARTS)).join('');
}

const names = Array.from({ length: NAMES }, (_, seed) => hostileName(seed + 1));

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
