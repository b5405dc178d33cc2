import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { KernelsError } from '@ablation-cam/kernels';
import { CliError, errorText } from '../src/errors.ts';
import { runCommand } from './run-command.ts';

const test = suite('command line');

test('a command prints only its result on standard output and ends with exit code 0', async () => {
  const { exitCode, stdout, stderr } = await runCommand(['doctor', '--json']);
  assert.is(stderr, '');
  assert.is(exitCode, 0);
  const { adapter, onnxRuntime, places } = JSON.parse(stdout) as Record<
    'adapter' | 'onnxRuntime',
    Record<string, unknown>
  > & {
    readonly places: readonly { readonly place: string; readonly speed: Record<string, unknown> }[];
  };
  assert.type(adapter['description'], 'string');
  assert.type(adapter['software'], 'boolean');
  assert.match(String(onnxRuntime['version']), /^1\.\d+/);
  assert.ok(places.some(({ place, speed }) => place === 'reference' && Number(speed['operations']) > 0));
});

test('--help lists the options of a command', async () => {
  const { exitCode, stdout } = await runCommand(['doctor', '--help']);
  assert.is(exitCode, 0);
  for (const text of ['Usage: pnpm doctor', '--json', '--software', '--debug'])
    assert.ok(stdout.includes(text), text);
});

for (const args of [['no-such-command'], ['doctor', '--jsn'], ['doctor', 'superfluous']]) {
  test(`"${args.join(' ')}" gives one line that names the mistake, and exit code 1`, async () => {
    const { exitCode, stdout, stderr } = await runCommand(args);
    assert.is(exitCode, 1);
    assert.is(stdout, '');
    assert.match(stderr, /^error: .*--help.*\n$/);
  });
}

test.run();

const errors = suite('error text');

errors('errors thrown on purpose are one line without a stack', () => {
  const text = errorText(
    new KernelsError('gpu-validation', 'shader.wgsl:1:2: wrong\n  x = 1.5\n      ^'),
    false,
  );
  assert.is(text, 'error: shader.wgsl:1:2: wrong x = 1.5 ^');
  assert.is(errorText(new CliError('no such file'), false), 'error: no such file');
});

errors('--debug shows the stack and the cause', () => {
  const cause = new RangeError('the reason');
  const text = errorText(new KernelsError('no-adapter', 'none', { cause }), true);
  assert.match(text, /none\n\s+at /);
  assert.match(text, /caused by: RangeError: the reason\n\s+at /);
});

errors('a fault of the program shows its stack and says so', () => {
  const text = errorText(new TypeError('x is not a function'), false);
  assert.match(text, /TypeError: x is not a function\n\s+at /);
  assert.match(text, /fault of the program/);
});

errors.run();
