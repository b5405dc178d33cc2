import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { brokenLinks, unreachablePages } from '../src/docs/broken-links.ts';
import { checkCode } from '../src/docs/check-code.ts';
import { readMarkdown } from '../src/docs/markdown.ts';
import { readPages } from '../src/docs/pages.ts';
import { REPOSITORY } from '../src/workspace.ts';

const test = suite('the documentation');

test('a page is read as GitHub reads it', () => {
  const text = [
    '# A page, its `code`',
    '## Twice',
    '## Twice',
    '[a](b.md#c) and ![picture](d%20e.png)',
    '',
    '| cell |',
    '| --- |',
    '| [in a table](f.md) |',
    '',
    '`[no](link)`',
    '```ts run file=x.ts',
    '[no](link);',
    '```',
  ].join('\n');
  const page = readMarkdown(text);
  assert.is(page.title, 'A page, its code');
  assert.equal(page.anchors, ['a-page-its-code', 'twice', 'twice-1']);
  assert.equal(
    page.links.map(({ target }) => target),
    ['b.md#c', 'd e.png', 'f.md'],
  );
  assert.equal(page.blocks, [
    { language: 'ts', notes: ['run', 'file=x.ts'], code: '[no](link);\n', line: 12 },
  ]);
});

test('links to files and headings that are not there are told; pages that nothing leads to as well', () => {
  const pages = new Map([
    ['README.md', readMarkdown('# Top\n[a](docs/a.md#one) [b](docs/a.md#two) [c](docs/none.md)')],
    ['docs/a.md', readMarkdown('# One\n[back](../README.md) [here](#one) [out](https://example.org/#x)')],
    ['docs/lost.md', readMarkdown('[a](a.md)\n\n[b](#nowhere)')],
  ]);
  assert.equal(
    brokenLinks(pages, (path) => pages.has(path)),
    [
      'README.md:2: docs/a.md has no heading #two',
      'README.md:2: there is no docs/none.md',
      'docs/lost.md:3: docs/lost.md has no heading #nowhere',
    ],
  );
  assert.equal(unreachablePages(pages, ['README.md']), ['docs/lost.md']);
});

test('code is compiled, each block for itself, and mistakes are told by their line of the page', async () => {
  const text = [
    '```ts file=half.ts',
    'export const half = (x: number): number => x / 2;',
    '```',
    '```ts',
    "import { half } from './half.ts';",
    "const half2 = half('2');",
    '```',
    '```html',
    '<p></p>',
    '<script type="module">',
    '  const half2 = nothing;',
    '</script>',
    '```',
    '```cobol',
    'MOVE',
    '```',
    '```sh',
    'rm',
    '```',
  ].join('\n');
  const problems = await checkCode([{ path: 'a.md', blocks: readMarkdown(text).blocks }]);
  assert.equal(
    problems.map((line) => line.replace(/^(a\.md:\d+: .{12}).*/, '$1')),
    ['a.md:15: nothing here', 'a.md:6: Argument of ', 'a.md:11: Cannot find '],
  );
});

test('the pages of this repository lead nowhere else, and each of docs is led to', async () => {
  const pages = await readPages();
  assert.equal(
    brokenLinks(pages, (path) => existsSync(join(REPOSITORY, path))),
    [],
  );
  const lost = unreachablePages(pages, ['README.md', 'docs/README.md']);
  assert.equal(
    lost.filter((path) => path.startsWith('docs/')),
    [],
  );
});

test.run();
