import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from './run-command.ts';

interface Printed {
  readonly method: string;
  readonly layer: string | null;
  readonly classIndex: number;
  readonly weights?: readonly number[];
  readonly attributions?: { readonly shape: readonly number[] };
  readonly convergenceDelta?: number;
  readonly map: { readonly shape: readonly number[]; readonly data: readonly number[] };
}

const test = suite('explain --method');

test('one method prints its explanation, with the weights it has', async () => {
  const { exitCode, stdout, stderr } = await runCommand(['explain', '--method', 'grad-cam', '--json']);
  assert.is(exitCode, 0, stderr);
  const found = JSON.parse(stdout) as Printed;
  assert.equal([found.method, found.layer, found.weights?.length], ['grad-cam', 'conv1d_2', 25]);
  assert.equal(found.map.shape, [40]);
});

test('several methods and classes print a list', async () => {
  const methods = ['ablation-cam', 'integrated-gradients'];
  const args = methods.flatMap((method) => ['--method', method]);
  const { exitCode, stdout, stderr } = await runCommand(['explain', ...args, '--class', '1,2', '--json']);
  assert.is(exitCode, 0, stderr);
  const { explanations } = JSON.parse(stdout) as { explanations: readonly Printed[] };
  assert.equal(
    explanations.map(({ method, classIndex }) => `${method} ${classIndex}`),
    methods.flatMap((method) => [`${method} 1`, `${method} 2`]),
  );
  assert.is(explanations[0]!.weights?.length, 25);
  assert.equal(explanations[2]!.attributions?.shape, [40, 1]);
  assert.type(explanations[2]!.convergenceDelta, 'number');
  assert.is(explanations[2]!.layer, null);
});

test('several methods are printed side by side, each with the layer that it explains', async () => {
  const args = ['explain', '--layer', 'conv1d_1', '--method', 'grad-cam', '--method', 'saliency'];
  const folder = await mkdtemp(join(tmpdir(), 'ablation-cam-methods-'));
  try {
    const { exitCode, stdout, stderr } = await runCommand([...args, '--out', folder]);
    assert.is(exitCode, 0, stderr);
    assert.match(stdout, /grad-cam │ conv1d_1 +│ class 2/);
    assert.match(stdout, /saliency +│ the input │ class 2/);
    assert.equal((await readdir(folder)).sort(), [
      'explanation.json',
      'heatmap-grad-cam.png',
      'heatmap-saliency.png',
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a layer is refused where no method has one', async () => {
  const { exitCode, stderr } = await runCommand(['explain', '--layer', 'conv1d_1', '--method', 'saliency']);
  assert.is(exitCode, 1);
  assert.match(stderr, /^error: saliency attributes to the input .*\n$/);
});

test('an unknown method lists the known ones', async () => {
  const { exitCode, stdout, stderr } = await runCommand(['explain', '--method', 'gradcam']);
  assert.is(exitCode, 1);
  assert.is(stdout, '');
  assert.match(stderr, /^error: There is no method "gradcam"; choose from ablation-cam, .*random\.\n$/);
});

test('--layers lists what can be explained and runs nothing', async () => {
  const { exitCode, stdout, stderr } = await runCommand([
    'explain',
    '--model',
    'textures',
    '--layers',
    '--json',
  ]);
  assert.is(exitCode, 0, stderr);
  const list = JSON.parse(stdout) as {
    default: string;
    layers: readonly { name: string; shape: readonly number[] }[];
  };
  assert.ok(list.layers.length > 5);
  const chosen = list.layers.find(({ name }) => name === list.default);
  assert.is(chosen?.shape.length, 3);
  const shown = await runCommand(['explain', '--layers']);
  assert.match(shown.stdout, /conv1d_2 +│ Conv1D +│ \d+ x 25 +│ +1 │ default/);
});

test.run();
