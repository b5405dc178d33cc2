import { hostileNames, tagShapes } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drawSignalHeatmap, formatProbability } from '../src/drawing.ts';
import { element, formatNumber, textElement } from '../src/drawing/svg/markup.ts';
import { fitText, textWidth, wrapText } from '../src/drawing/svg/text.ts';
import { tickLabels } from '../src/drawing/svg/ticks.ts';

const test = suite('text of drawings');
const font = { size: 12 };
const sentence = 'The quick brown 狐 jumps over the lazy 👩‍👩‍👧 and naïve Щука, again and again';

test('a text that fits stays as it is, a longer one ends in an ellipsis within the width', () => {
  assert.is(fitText('short', 100, font), 'short');
  for (let width = 15; width < 500; width += 7) {
    const line = fitText(sentence, width, font);
    assert.ok(textWidth(line, font) <= width, line);
    if (line !== sentence) assert.ok(line.endsWith('…'));
  }
});

test('no character is cut in two', () => {
  for (let width = 15; width < 500; width += 3) {
    const kept = fitText(sentence, width, font).replace(/…$/, '');
    assert.ok(sentence.startsWith(kept));
    const rest = sentence.slice(kept.length);
    assert.not.match(rest, /^[\u200d\udc00-\udfff]/);
  }
});

test('lines break between words and at line feeds, and what is too much ends in an ellipsis', () => {
  assert.equal(wrapText('one two three', 1000, 2, font), ['one two three']);
  assert.equal(wrapText('one\ntwo  three', 1000, 2, font), ['one', 'two three']);
  assert.equal(wrapText(' \n ', 1000, 2, font), []);
  for (let width = 30; width < 400; width += 11) {
    const lines = wrapText(sentence, width, 2, font);
    assert.ok(lines.length <= 2);
    for (const line of lines) assert.ok(textWidth(line, font) <= width, line);
  }
});

test('markup, control characters and lone surrogates are escaped', () => {
  const written = textElement('text', { fill: '"<&' }, `<b>&"'\u0000\u202e\ud800\ttab</b>`);
  assert.is(
    written,
    '<text fill="&quot;&lt;&amp;">&lt;b&gt;&amp;&quot;&#39;\ufffd\ufffd\ufffd tab&lt;/b&gt;</text>',
  );
});

test('hostile names add no tag and no attribute to a drawing, and no character that XML has not', () => {
  const map = { shape: [4], data: Float32Array.of(0, 1, 2, 3) };
  const draw = (name: string): string =>
    drawSignalHeatmap({ data: Float32Array.of(1, 2, 3, 4, 1, 2, 3, 4), shape: [4, 2] }, map, {
      ...{ title: name, caption: name, channelNames: [name, name] },
      decision: { className: name, probability: 0.5 },
    });
  const harmless = tagShapes(['a name', 'two\nlines', ' '].map(draw).join(''));
  for (const name of hostileNames(300)) {
    const svg = draw(name);
    const added = [...tagShapes(svg)].filter((tag) => !harmless.has(tag));
    assert.equal(added, [], JSON.stringify(name));
    assert.not.match(svg, /(?![\t\n\r])\p{Cc}|[\ufffe\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/u);
  }
});

test('numbers are written in plain decimals, without a negative zero', () => {
  assert.equal([1 / 3, -1e-9, 1e-7, 12, 100000.5].map(formatNumber), ['0.333', '0', '0', '12', '100000.5']);
  assert.is(element('g', { x: -0, y: undefined }), '<g x="0"/>');
});

test('a probability is never rounded to certain or impossible', () => {
  assert.equal([0, 1e-5, 0.0005, 0.5, 0.9994, 0.99996, 1].map(formatProbability), [
    'p = 0.000',
    'p < 0.001',
    'p = 0.001',
    'p = 0.500',
    'p = 0.999',
    'p > 0.999',
    'p = 1.000',
  ]);
});

test('ticks lie between the ends and are told apart by their labels', () => {
  for (const [low, high] of [
    [0, 1],
    [-3e-9, 3e-9],
    [0, 12345678],
    [0.999, 1.001],
    [-7, 300],
  ] as const) {
    const ticks = tickLabels(low, high, 5);
    assert.ok(ticks.length >= 2);
    assert.is(new Set(ticks.map(({ text }) => text)).size, ticks.length);
    for (const { value } of ticks) assert.ok(value >= low && value <= high);
  }
});

test.run();
