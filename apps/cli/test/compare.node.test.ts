import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from './run-command.ts';

interface Printed {
  readonly samples: number;
  readonly methods: readonly {
    readonly method: string;
    readonly metrics: object;
    readonly paired: object | null;
  }[];
  readonly records: readonly { readonly method: string }[];
}

const test = suite('compare');
let out = '';

test.before(async () => {
  out = await mkdtemp(join(tmpdir(), 'compare-'));
});

test.after(async () => {
  await rm(out, { recursive: true });
});

const ARGS = [
  ...['compare', '--limit', '6', '--methods', 'ablation-cam,grad-cam', '--backend', 'wasm', '--json'],
  ...['--executor', 'reference'],
];

async function compare(): Promise<Printed> {
  const { exitCode, stdout, stderr } = await runCommand([...ARGS, '--out', out]);
  assert.is(exitCode, 0, stderr);
  return JSON.parse(stdout) as Printed;
}

test('a comparison judges every method and a random map, and an interrupted one goes on to the same table', async () => {
  const whole = await compare();
  assert.is(whole.samples, 6);
  assert.equal(
    whole.methods.map(({ method }) => method),
    ['ablation-cam', 'grad-cam', 'random'],
  );
  assert.is(whole.records.length, 18);

  // As if it had been interrupted while it wrote the eighth record.
  const file = join(out, 'samples.jsonl');
  const lines = (await readFile(file, 'utf8')).split('\n');
  await writeFile(file, `${lines.slice(0, 8).join('\n')}\n${lines[8]!.slice(0, 40)}`);
  const resumed = await compare();
  const figures = ({ methods }: Printed): unknown =>
    methods.map(({ metrics, paired }) => ({ metrics, paired }));
  assert.equal(figures(resumed), figures(whole));

  const page = await readFile(join(out, 'report.html'), 'utf8');
  for (const text of ['<svg', 'grad-cam', 'average drop', 'seconds per image', 'reference'])
    assert.ok(page.includes(text), text);
  assert.not.match(page, /(src|href)="(?!data:)/, 'the page needs nothing else');
  const csv = await readFile(join(out, 'comparison.csv'), 'utf8');
  assert.is(csv.trim().split('\n').length, 19);
  const markdown = await readFile(join(out, 'comparison.md'), 'utf8');
  assert.match(markdown, /^\| method \| average drop \(↓\) /);
  assert.match(markdown, /\n\| grad-cam \| 0\.\d{3} \(0\.\d{3}–/);
});

for (const [args, pattern] of [
  [['--methods', 'grad-cma'], /"grad-cma".*grad-cam\+\+/],
  [['--fraction', '0'], /above 0 and at most 1/],
  [['--limit', 'x'], /whole number/],
  [['--executor', 'abacus'], /tfjs/],
  [['--data', 'no-such-folder'], /no-such-folder/],
] as const) {
  test(`${args.join(' ')} is refused with one line`, async () => {
    const { exitCode, stdout, stderr } = await runCommand(['compare', ...args, '--out', out]);
    assert.is(exitCode, 1);
    assert.is(stdout, '');
    assert.match(stderr, /^error: [^\n]*\n$/);
    assert.match(stderr, pattern);
  });
}

test.run();
