import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assemblePages } from '../src/docs/assemble.ts';
import { brokenLinks, unreachablePages } from '../src/docs/broken-links.ts';
import { brokenBuiltLinks, makeRelative } from '../src/docs/built-pages.ts';
import { checkCode } from '../src/docs/check-code.ts';
import { checkCommands } from '../src/docs/check-commands.ts';
import { errorMessages } from '../src/docs/error-messages.ts';
import { galleryEntries } from '../src/docs/gallery.ts';
import { readMarkdown } from '../src/docs/markdown.ts';
import { readPages } from '../src/docs/pages.ts';
import { TROUBLESHOOTING_PAGE, troubleshootingPage } from '../src/docs/troubleshooting-page.ts';
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

test('commands, scripts and options that are not there are told', () => {
  const known = {
    commands: new Set(['explain']),
    scripts: new Set(['test']),
    options: new Set(['--model', '--out']),
  };
  const text = [
    '```sh',
    'npx @ablation-cam/cli explain a.png --model net.onnx --out=x  # and --nothing',
    'npx @ablation-cam/cli explane a.png --modle net.onnx',
    'npx -y pnpm@12.21.0 test',
    'pnpm tset',
    'npm install --anything',
    '```',
  ].join('\n');
  assert.equal(checkCommands([{ path: 'a.md', blocks: readMarkdown(text).blocks }], known), [
    'a.md:3: there is no command explane',
    'a.md:3: nothing here takes --modle',
    'a.md:5: there is no script tset',
  ]);
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

test('messages are read out of the sources as people get to see them', () => {
  const source = `
    const WHY = 'it is broken';
    throw new ModelError('invalid-file', \`\${name} has \${String(n)} bytes,\` + \` \${WHY}: \` + WHY, { cause });
    const message = size > 1 ? 'It is too large.' : 'It is too small.';
    throw new XaiError(isInput ? 'invalid-input' : 'invalid-option', message);
    throw new KernelsError(code, 'nobody knows the code');
    throw new KernelsError('too-large', text);
    throw new Error('a fault');`;
  assert.equal(
    errorMessages(source).map(({ name, code, text }) => [name, code, text].join(' | ')),
    [
      'ModelError | invalid-file | … has … bytes, …: it is broken',
      'XaiError | invalid-input | It is too large.',
      'XaiError | invalid-input | It is too small.',
      'XaiError | invalid-option | It is too large.',
      'XaiError | invalid-option | It is too small.',
    ],
  );
});

test('the page of error messages is what `pnpm docs:errors` makes of the sources', async () => {
  const page = (await readFile(TROUBLESHOOTING_PAGE, 'utf8')).replaceAll('\r\n', '\n');
  assert.is(page, await troubleshootingPage(), 'stale; run pnpm docs:errors');
});

/** Runs with a folder of its own. */
async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ablation-cam-docs-'));
  try {
    await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('pages of the site have titles and sections, and lead to the repository for what is no page', async () => {
  const page = (path: string, text: string) => [path, { path, text, ...readMarkdown(text) }] as const;
  const pages = new Map([
    page(
      'README.md',
      '# Front\n[docs](docs/a.md) [licence](LICENSE) [folder](packages/xai) ![picture](docs/images/gallery/signal.webp)',
    ),
    page('docs/README.md', '# Docs\n\n## First\n\n- [A](a.md)\n'),
    page('docs/a.md', '# The A\n\n[code](../tools/run.mjs#L3)\n\n```ts run\n1;\n```\n'),
  ]);
  await inFolder(async (folder) => {
    const read = (path: string): Promise<string> => readFile(join(folder, path), 'utf8');
    assert.equal(await assemblePages(pages, folder, 'https://r'), [join(folder, 'docs/first.md')]);
    assert.is(
      await read('README.md'),
      '# Front\n[docs](docs/a.md) [licence](https://r/blob/main/LICENSE) [folder](https://r/tree/main/packages/xai) ![picture](docs/images/gallery/signal.webp)',
    );
    assert.ok(existsSync(join(folder, 'docs/images/gallery/signal.webp')), 'pictures come along');
    assert.match(await read('docs/first.md'), /^---\ntitle: "First"\nchildren:\n {2}- "a.md"\n---\n/);
    const code = '[code](https://r/blob/main/tools/run.mjs#L3)\n\n```ts\n1;\n```\n';
    assert.is(await read('docs/a.md'), `---\ntitle: "The A"\n---\n\n# The A\n\n${code}`);
    const astray = new Map([...pages, page('docs/README.md', '# Docs\n\n## First\n\n- [B](b.md)\n')]);
    try {
      await assemblePages(astray, folder, 'https://r');
      assert.unreachable();
    } catch (error) {
      assert.match(String(error), /docs\/b\.md, which is no page/);
    }
  });
});

test('a built site leads to itself by relative links only, and what leads nowhere is told', async () => {
  await inFolder(async (folder) => {
    await mkdir(join(folder, 'deep'));
    await writeFile(
      join(folder, 'deep/a.html'),
      '<a href="https://s/x/demo/">demo</a><a href="https://t/">t</a>',
    );
    await makeRelative(folder, 'https://s/x/');
    const html = await readFile(join(folder, 'deep/a.html'), 'utf8');
    assert.is(html, '<a href="../demo/">demo</a><a href="https://t/">t</a>');
  });
  const pages = new Map([
    ['index.html', '<a href="deep/a.html#one">1</a><img src="none.png"><a class="x" href="deep/a.html#two">'],
    [
      'deep/a.html',
      '<h1 id="one">1</h1><a href="../index.html"></a><script src="../assets/a.js?v=1"></script>',
    ],
  ]);
  assert.equal(
    brokenBuiltLinks(pages, (path) => path === 'assets/a.js'),
    ['index.html: there is no none.png', 'index.html: deep/a.html has no element "two"'],
  );
});

test('the pictures of the gallery stand below the commands that make them', async () => {
  const entries = galleryEntries(readMarkdown(await readFile(join(REPOSITORY, 'docs/gallery.md'), 'utf8')));
  assert.ok(entries.length > 5);
  const shown = entries.flatMap(({ pictures }) => pictures.map((picture) => picture.shown));
  assert.is(new Set(shown).size, shown.length);
  const block = '```sh pictures=a.png,b.png\npnpm explain mnist1d:1 --out x\n```\n';
  assert.equal(galleryEntries(readMarkdown(`${block}\n![a](gallery/a.webp)\n![b](gallery/b.webp)`)), [
    {
      commands: [['explain', 'mnist1d:1', '--out', 'x']],
      pictures: [
        { written: 'a.png', shown: 'gallery/a.webp' },
        { written: 'b.png', shown: 'gallery/b.webp' },
      ],
    },
  ]);
  assert.throws(
    () => galleryEntries(readMarkdown(`${block}\n![a](gallery/a.webp)`)),
    /line 2: expected 2 images/,
  );
});

test.run();
