import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertClose, shared, skipIf } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from './run-command.ts';

interface EvaluationJson {
  readonly accuracy: number;
  readonly samples: number;
  readonly classes: readonly {
    readonly name: string;
    readonly support: number;
    readonly accuracy: number;
    readonly precision: number;
    readonly recall: number;
    readonly f1: number;
    readonly auc: number;
  }[];
  readonly confusion: readonly (readonly number[])[];
  readonly means: Readonly<
    Record<'micro' | 'macro' | 'weighted', { readonly f1: number; readonly auc: number }>
  >;
}

async function evaluateAsJson(...args: string[]): Promise<EvaluationJson> {
  const { exitCode, stdout, stderr } = await runCommand(['evaluate', '--json', ...args]);
  assert.is(stderr, '');
  assert.is(exitCode, 0);
  return JSON.parse(stdout) as EvaluationJson;
}

const test = suite<{ folder: string }>('evaluate');

test.before(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'ablation-cam-evaluate-'));
});

test.after(async ({ folder }) => {
  await rm(folder, { recursive: true });
});

test('--json prints the figures of every class and nothing else', async () => {
  const { accuracy, samples, classes, confusion, means } = await evaluateAsJson();
  assert.is(samples, 1000);
  assert.ok(accuracy >= 0.92);
  assert.is(classes.length, 10);
  for (const [k, { support, recall, ...line }] of classes.entries()) {
    assert.is(line.accuracy, recall);
    assert.is(confusion[k]![k]!, Math.round(recall * support));
    assert.ok(line.auc > 0.98 && line.f1 > 0.8 && line.precision > 0.8, line.name);
  }
  assert.ok(means.macro.auc > 0.99 && means.micro.f1 === accuracy);
});

test('prints a table, and writes a page and plots that stand alone', async ({ folder }) => {
  const [page, plots] = [join(folder, 'new', 'report.html'), join(folder, 'plots')];
  const { exitCode, stdout } = await runCommand([
    'evaluate',
    '--limit',
    '200',
    '--html',
    page,
    '--svg',
    plots,
  ]);
  assert.is(exitCode, 0);
  assert.match(stdout, /of 200 right, accuracy 0\.9\d+/);
  assert.match(stdout, /macro mean/);
  assert.match(await readFile(page, 'utf8'), /^<!doctype html>[^]*<\/html>\s*$/);
  assert.equal(await readdir(join(folder, 'new')), ['report.html']);
  const names = await readdir(plots);
  assert.ok(names.includes('confusion-matrix.svg') && names.includes('roc-curves.svg'));
  for (const name of names) assert.match(await readFile(join(plots, name), 'utf8'), /^<svg [^]*<\/svg>\n$/);
});

test('shows the curves of a training whose history is named', async ({ folder }) => {
  const [history, plots] = [join(folder, 'history.json'), join(folder, 'plots with history')];
  const epochs = [1, 2, 3].map((epoch) => ({
    epoch,
    learningRate: 0.1,
    loss: 1 / epoch,
    accuracy: 1 - 1 / epoch,
  }));
  await writeFile(history, JSON.stringify({ settings: { seed: 1 }, epochs }));
  const { exitCode } = await runCommand(['evaluate', '--limit', '50', '--history', history, '--svg', plots]);
  assert.is(exitCode, 0);
  const names = await readdir(plots);
  assert.ok(names.includes('training-loss.svg') && names.includes('training-accuracy.svg'));
});

test('prints the figures even where a file cannot be written', async ({ folder }) => {
  const file = join(folder, 'file');
  await writeFile(file, 'kept');
  const { exitCode, stdout, stderr } = await runCommand([
    ...['evaluate', '--limit', '20', '--json', '--html', join(file, 'report.html')],
  ]);
  assert.is(exitCode, 1);
  assert.match(stderr, /^error: Cannot write .*report\.html: .*\n$/);
  assert.is((JSON.parse(stdout) as EvaluationJson).samples, 20);
  assert.is(await readFile(file, 'utf8'), 'kept');
});

const mistakes: readonly (readonly [string, (folder: string) => string[], RegExp])[] = [
  ['a model that is not there', () => ['--model', 'nowhere.h5', '--data', 'mnist1d'], /nowhere\.h5/],
  ['no data', () => ['--model', 'some.h5'], /what to evaluate some\.h5 on/],
  [
    'a folder of images for a model of signals',
    (folder) => ['--data', folder],
    /\[height, width, channels\]/,
  ],
  ['a batch of nothing', () => ['--batch', '0'], /whole number from 1/],
  [
    'a history that is none',
    (folder) => ['--history', join(folder, 'no-history.json')],
    /expected the history of a training/,
  ],
  ['probabilities taken for logits', () => ['--limit', '10', '--logits'], /ends in a softmax/],
  [
    'class names that are not those of the data',
    (folder) => ['--labels', join(folder, 'names.txt')],
    /The classes of mnist1d \(k0, .* are not those of MNIST-1D test/,
  ],
  ['a scale for data that are no images', () => ['--normalize', '-1..1'], /--normalize scales images/],
];

for (const [what, args, message] of mistakes) {
  test(`names the mistake in one line: ${what}`, async ({ folder }) => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'no-history.json'), '{}');
    await writeFile(join(folder, 'names.txt'), Array.from('0123456789', (k) => `k${k}\n`).join(''));
    const { exitCode, stdout, stderr } = await runCommand(['evaluate', '--json', ...args(folder)]);
    assert.is(exitCode, 1);
    assert.is(stdout, '');
    assert.match(stderr, /^error: .*\n$/);
    assert.match(stderr, message);
  });
}

const { path, missing } = shared();
const withShared = skipIf(test, missing);
const file = (...names: string[]): string => join(path ?? '', ...names);

withShared('the histology classifier has its published accuracy and AUCs', async () => {
  const result = await evaluateAsJson(
    '--model',
    file('models', 'HMT.h5'),
    '--data',
    file('data', 'hmt', 'test'),
  );
  assert.is(result.accuracy, 206 / 248);
  // Stated with four decimals; the forward pass is in single precision.
  const published = [0.9944, 0.9591, 0.9651, 0.9777, 0.974, 0.9944, 0.9997, 0.9997];
  assertClose(
    result.classes.map(({ auc }) => auc),
    published,
    { absolute: 5e-4 },
  );
});

withShared('the MNIST-1D classifier of the study has its published accuracy', async () => {
  const result = await evaluateAsJson('--model', file('models', 'MNIST1D.h5'), '--data', 'mnist1d');
  assert.is(result.accuracy, 0.877);
});

test.run();
