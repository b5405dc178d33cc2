import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from './run-command.ts';

const test = suite('train');

let folder = '';
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'train-'));
});
test.after(async () => {
  await rm(folder, { recursive: true });
});

const small = [
  'train',
  'mnist1d',
  '--limit',
  '500',
  '--epochs',
  '3',
  '--patience',
  'none',
  '--backend',
  'wasm',
];

test('two runs write the same bytes, also where one is interrupted and resumed', async () => {
  const whole = join(folder, 'whole');
  const { exitCode, stdout, stderr } = await runCommand([
    ...small,
    '--out',
    whole,
    '--tensorboard',
    join(folder, 'logs'),
  ]);
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, /13,960 parameters.*500 samples of 10 classes/);
  assert.match(stdout, /pnpm evaluate --model .*model\.json --data mnist1d/);
  assert.equal((await readdir(whole)).sort(), ['history.json', 'model.json', 'weights.bin']);
  assert.equal((await readdir(join(folder, 'logs'))).sort(), ['train', 'validation']);

  const broken = join(folder, 'broken');
  const interrupted = await runInterrupted([...small, '--out', broken]);
  assert.is(interrupted.exitCode, 130);
  assert.match(interrupted.stderr, new RegExp(`Go on with: pnpm train --resume ${broken}`));
  const again = await runCommand([...small, '--out', broken]);
  assert.is(again.exitCode, 1);
  assert.match(again.stderr, /error: .* holds an unfinished training: go on with it by "pnpm train --resume/);
  const resumed = await runCommand(['train', '--resume', broken]);
  assert.is(resumed.exitCode, 0, resumed.stderr);
  for (const name of ['history.json', 'model.json', 'weights.bin']) {
    assert.equal(await readFile(join(broken, name)), await readFile(join(whole, name)), name);
  }
});

const refused: [args: string[], message: RegExp][] = [
  [['train'], /Say what to train on: mnist1d, textures, tissue, hmt/],
  [['train', 'hmt'], /--data with a folder of class folders/],
  [['train', 'hmt', '--data', '/no/such/folder'], /\/no\/such\/folder/],
  [['train', 'mnist1d', '--network', 'vgg7'], /Signals need the network convnet/],
  [['train', 'mnist1d', '--epochs', '0'], /at least 1/],
  [['train', '--resume', '/no/such/folder'], /holds no training to resume/],
  [
    ['train', 'mnist1d', '--resume', '/no/such/folder'],
    /takes nothing else but --tensorboard; leave out mnist1d/,
  ],
];
for (const [args, message] of refused) {
  test(`"${args.join(' ')}" gives one line with the remedy, and exit code 1`, async () => {
    const { exitCode, stdout, stderr } = await runCommand(args);
    assert.is(exitCode, 1);
    assert.is(stdout, '');
    assert.match(stderr, message);
    assert.match(stderr, /^error: [^\n]*\n$/);
  });
}

/** Runs a command and presses Ctrl-C once it has taken its first steps. */
function runInterrupted(args: readonly string[]): Promise<{ exitCode: number | null; stderr: string }> {
  return new Promise((resolve, reject) => {
    const run = fileURLToPath(new URL('../run.mjs', import.meta.url));
    const child = spawn(process.execPath, [run, ...args]);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      // The progress bar appears with the first step.
      if (/training .*0%/.test(text)) child.kill('SIGINT');
    });
    child.on('error', reject);
    child.on('close', (exitCode) => {
      resolve({ exitCode, stderr });
    });
  });
}

test.run();
