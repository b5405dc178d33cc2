import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { printable, printableJson, printableName, validXml } from '../src/index.ts';
import { drawFigure } from '../src/evaluation/plots/svg.ts';
import { lightPalette } from '../src/index.ts';

const test = suite('text out of files');
const nasty = 'a\x1b[31m\x9b2J\r\x07\u202eb\n\tc\x7f';

test('control characters are shown, line breaks and tabs only in text of many lines', () => {
  assert.is(printable(nasty), 'a\\x1b[31m\\x9b2J\\x0d\\x07\\u202eb\n\tc\\x7f');
  assert.is(printableName(nasty), 'a\\x1b[31m\\x9b2J\\x0d\\x07\\u202eb\\x0a\\x09c\\x7f');
  assert.is(printable('grüße 猫 👩‍🔬'), 'grüße 猫 👩‍🔬');
});

test('JSON stays the same value without control characters', () => {
  const text = printableJson({ [nasty]: nasty });
  assert.not.match(text, /(?!\n)\p{Cc}|\u202e/u);
  assert.equal(JSON.parse(text), { [nasty]: nasty });
});

test('what XML cannot write is replaced', async () => {
  assert.is(validXml('a\0\x1b\x0b\ufffe\ud800b\n👩'), 'a\ufffd\ufffd\ufffd\ufffd\ufffdb\n👩');
  const svg = await drawFigure(() => ({
    title: 'a\0<b>',
    palette: lightPalette,
    width: 100,
    height: 50,
    legend: [{ text: 'x\x1b\ud800&', color: 'red', dash: '', strokeWidth: 1 }],
  }));
  assert.match(svg, /a\ufffd&lt;b/);
  assert.match(svg, />x\ufffd\ufffd&amp;</);
});

test.run();
