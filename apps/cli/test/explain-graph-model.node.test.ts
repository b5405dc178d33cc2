import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeNpy } from '@ablation-cam/model';
import { OnnxBuilder } from '@ablation-cam/tools/onnx-builder';
import { seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from './run-command.ts';

const test = suite<{ folder: string }>('the command explain with GraphModels');

const MODELS = fileURLToPath(new URL('../node_modules/@vladmandic/human/models/', import.meta.url));

test.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'ablation-cam-graph-model-'));
});

test.after.each(async ({ folder }) => {
  await rm(folder, { recursive: true });
});

test('explains an input, and names the target by the end of its path', async ({ folder }) => {
  const input = join(folder, 'face.npy');
  const values = Float32Array.from({ length: 32 * 32 * 3 }, (_, i) => Math.abs(Math.sin(i)));
  await writeFile(input, encodeNpy(values, [32, 32, 3]));
  const args = ['explain', input, '--model', join(MODELS, 'liveness.json'), '--layer', 'activation_4/Relu'];
  const { exitCode, stdout, stderr } = await runCommand([...args, '--json']);
  assert.is(exitCode, 0, stderr);
  const { layer, channels, weights } = JSON.parse(stdout) as {
    layer: string;
    channels: number;
    weights: number[];
  };
  assert.equal([layer, channels, weights.length], ['activation_4/Relu', 32, 32]);

  const out = join(folder, 'pictures');
  const drawn = await runCommand([...args, '--out', out]);
  assert.is(drawn.exitCode, 0, drawn.stderr);
  assert.ok((await readdir(out)).length > 0, 'pictures were written');
});

test('--layers shows the shortest names; --output chooses one of several', async () => {
  const model = join(MODELS, 'faceres.json');
  const { exitCode, stdout, stderr } = await runCommand([
    ...['explain', '--model', model, '--layers', '--output', 'age_pred/Softmax:0'],
  ]);
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, /conv_pw_13_relu\/clip_by_value +\S Maximum .*7 x 7 x 1024.*default/);
  const none = await runCommand(['explain', '--model', model, '--layers']);
  assert.is.not(none.exitCode, 0);
  assert.match(none.stderr, /3 outputs.*--output gender_pred\/Sigmoid:0/);
});

test('a file that is cut short is said to be so, in one line', async ({ folder }) => {
  await copyFile(join(MODELS, 'liveness.json'), join(folder, 'liveness.json'));
  await writeFile(
    join(folder, 'liveness.bin'),
    (await readFile(join(MODELS, 'liveness.bin'))).subarray(0, 999),
  );
  const { exitCode, stderr } = await runCommand([
    ...['explain', '--model', join(folder, 'liveness.json'), '--layers'],
  ]);
  assert.is.not(exitCode, 0);
  assert.match(
    stderr,
    /weights of .*liveness\.json are truncated: 592\d+ bytes were expected, 999 are there/,
  );
  assert.is(stderr.trim().split('\n').length, 1);
});

test('what ONNX Runtime says of a node that fails is in the one line, and nowhere else', async ({
  folder,
}) => {
  const b = new OnnxBuilder(seededRandom(1));
  const conv = b.node('Conv', [b.input('image', [1, 3, 6, 6]), b.weight([2, 3, 3, 3])]);
  // Cells that are not there: noticed only when it runs.
  const cells = b.ints(new Array<number>(32).fill(99), [1, 2, 4, 4]);
  const picked = b.note(b.node('GatherElements', [conv, cells], { axis: 3 }), [1, 2, 4, 4]);
  const pooled = b.node('Flatten', [b.node('GlobalAveragePool', [picked])]);
  b.output(b.node('Gemm', [pooled, b.weight([2, 3])]), [1, 3]);
  const [model, input] = [join(folder, 'net.onnx'), join(folder, 'image.npy')];
  await writeFile(model, b.bytes());
  await writeFile(input, encodeNpy(new Float32Array(108), [6, 6, 3]));
  const { exitCode, stderr } = await runCommand(['explain', input, '--model', model, '--json']);
  assert.is(exitCode, 1);
  assert.match(stderr, /^error: ONNX Runtime failed: [^\n]*GatherElements[^\n]*\n$/);
});

test.run();
