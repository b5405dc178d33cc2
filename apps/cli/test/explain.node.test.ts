import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAblation, parseClasses, parseNormalization } from '../src/explain/request.ts';
import { runCommand } from './run-command.ts';

interface ExplanationJson {
  readonly classIndex: number;
  readonly layer: string;
  readonly probabilities: readonly number[];
  readonly logits: readonly number[] | null;
  readonly channels: number;
  readonly weights: readonly number[];
  readonly ablatedScores: readonly (readonly number[])[];
  readonly map: { readonly shape: readonly number[]; readonly data: readonly number[] };
  readonly mapSigned: { readonly shape: readonly number[]; readonly data: readonly number[] };
  readonly dispatches: { readonly ablation: number; readonly map: number };
  readonly timings: Readonly<Record<string, number>>;
  readonly comparison?: Readonly<Record<string, number | string>>;
}

const test = suite<{ folder: string }>('the command explain');

test.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'ablation-cam-explain-'));
});

test.after.each(async ({ folder }) => {
  await rm(folder, { recursive: true });
});

test('a test sample is explained by the embedded model of its set', async () => {
  const { exitCode, stdout, stderr } = await runCommand(['explain', 'textures:3', '--json']);
  assert.is(exitCode, 0, stderr);
  const explanation = JSON.parse(stdout) as { input: string; className: string };
  assert.equal([explanation.input, explanation.className], ['textures:3', 'rings']);
  assert.not('ablatedScores' in explanation, 'the scores of all classes only where they are asked for');
});

test('--json prints the explanation of a MNIST-1D sample, and nothing else, and writes no file', async () => {
  const args = ['explain', '--executor', 'webgpu', '--json', '--ablated-scores'];
  const { exitCode, stdout, stderr } = await runCommand(args);
  assert.is(exitCode, 0, stderr);
  const explanation = JSON.parse(stdout) as ExplanationJson;
  const { probabilities, weights, ablatedScores, classIndex, map, mapSigned, timings } = explanation;
  assert.is(explanation.layer, 'conv1d_2');
  assert.equal([explanation.channels, weights.length, ablatedScores.length], [25, 25, 25]);
  assert.ok(ablatedScores.every((row) => row.length === 10));
  assert.is(explanation.logits?.length, 10);
  assert.is(probabilities.indexOf(Math.max(...probabilities)), classIndex);
  assert.equal(map.shape, [40]);
  assert.equal(
    map.data,
    mapSigned.data.map((value) => Math.max(0, value)),
  );
  assert.is(explanation.dispatches.ablation, 1);
  for (const name of ['forwardMs', 'ablationMs', 'mapMs', 'totalMs']) {
    assert.type(timings[name], 'number');
  }
  const score = probabilities[classIndex] ?? NaN;
  weights.forEach((weight, k) => {
    const drop = (score - (ablatedScores[k]?.[classIndex] ?? NaN)) / score;
    // The scores printed are in single precision; the weight was not made from their difference.
    assert.ok(Math.abs(weight - drop) < 1e-5, `channel ${String(k)}: ${String(weight)} and ${String(drop)}`);
  });
});

test('--compare runs the naive loop and finds the same weights', async () => {
  const args = ['explain', 'mnist1d:3', '--compare', '--ablation', 'zero-kernel', '--json'];
  const { exitCode, stdout, stderr } = await runCommand(args);
  assert.is(exitCode, 0, stderr);
  const { comparison } = JSON.parse(stdout) as ExplanationJson;
  assert.ok(Number(comparison?.['maxRelativeDifference']) < 1e-4);
  for (const name of ['naiveMs', 'tailLoopMs']) assert.ok(Number(comparison?.[name]) > 0, name);
  assert.is(comparison?.['tailLoopBackend'], 'wasm');
});

test('writes pictures and the explanation, and says what it wrote', async ({ folder }) => {
  const args = ['explain', 'mnist1d:1', '--executor', 'webgpu', '--out', folder];
  const { exitCode, stdout, stderr } = await runCommand(args);
  assert.is(exitCode, 0, stderr);
  assert.equal((await readdir(folder)).sort(), ['explanation.json', 'heatmap.png']);
  const png = await readFile(join(folder, 'heatmap.png'));
  assert.equal([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  assert.match(stdout, /predicted .* with probability/);
  assert.match(stdout, /1 dispatch for all channels/);
  assert.match(stdout, /heatmap\.png/);
  const explanation = JSON.parse(await readFile(join(folder, 'explanation.json'), 'utf8')) as ExplanationJson;
  assert.is(explanation.weights.length, 25);
});

test('several classes give a list', async () => {
  const { stdout } = await runCommand(['explain', '--class', '4,7', '--json']);
  const { explanations } = JSON.parse(stdout) as { explanations: readonly ExplanationJson[] };
  assert.equal(
    explanations.map(({ classIndex }) => classIndex),
    [4, 7],
  );
});

test('--plan tells what would run, and runs nothing', async () => {
  const last = await runCommand(['explain', '--plan']);
  assert.match(last.stdout, /1 dispatch for all channels together/);
  const { stdout } = await runCommand(['explain', '--plan', '--layer', 'conv1d_1', '--json']);
  const plan = JSON.parse(stdout) as { steps: readonly { kind: string; operations: number }[] };
  const contribution = plan.steps.find(({ kind }) => kind === 'contribute');
  // A convolution of width 3 from 25 to 25 channels over 40 positions, once for all 25 variants together.
  assert.is(contribution?.operations, 40 * 3 * 25 * 25);
});

const WRONG: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [['no-such-file.npy'], /no such file/],
  [['--model', 'no-such-model.h5', 'mnist1d:0'], /no such file/],
  [['--model', 'no-such-model.h5'], /Say which input/],
  [['--layer', 'conv9'], /no layer "conv9".*"conv1d_2"/],
  [['--layer', 'dense'], /no positions/],
  [['--class', '10'], /Class 10 is out of range/],
  [['--class', 'cat'], /--class is "cat"/],
  [['mnist1d:1000'], /index from 0 to 999/],
  [['--ablation', 'x'], /--ablation is "x"/],
  [['--backend', 'gpu'], /webgpu, wasm, cpu/],
  [['--out', '/dev/null/folder'], /Cannot write .*a part of the path is a file/],
];
for (const [args, message] of WRONG) {
  test(`explain ${args.join(' ')}: one line that says what to do, and exit code 1`, async () => {
    const { exitCode, stdout, stderr } = await runCommand(['explain', ...args]);
    assert.is(exitCode, 1);
    assert.is(stdout, '');
    assert.match(stderr, message);
    assert.match(stderr, /^error: [^\n]*\n$/);
  });
}

test('a signal with NaN is refused', async ({ folder }) => {
  const path = join(folder, 'signal.npy');
  await writeFile(path, npyOfNaN());
  const { exitCode, stderr } = await runCommand(['explain', path, '--model', 'mnist1d']);
  assert.is(exitCode, 1);
  assert.match(stderr, /^error: .*(NaN|finite).*\n$/);
});

test.run();

const parsing = suite('the options of explain');
parsing('classes are words, indices or names', () => {
  assert.is(parseClasses('all', []), 'all');
  assert.is(parseClasses('3', []), 3);
  assert.equal(parseClasses('cat, 0', ['dog', 'cat']), [1, 0]);
  assert.is(parseClasses('a,b', ['x', 'a,b']), 1);
});
parsing('ablation values are numbers with commas', async () => {
  assert.equal(await parseAblation('1,-2.5'), [1, -2.5]);
  assert.is(await parseAblation('channel-mean'), 'channel-mean');
});
parsing('a scale is a name or mean and deviation', () => {
  assert.equal(parseNormalization('0.5:0.25'), { mean: 0.5, deviation: 0.25 });
  assert.equal(parseNormalization('1,2,3:4,5,6'), { mean: [1, 2, 3], deviation: [4, 5, 6] });
  assert.throws(() => parseNormalization('0.5'), /mean:deviation/);
});
parsing.run();

/** 40 float32 values, all NaN. */
function npyOfNaN(): Uint8Array {
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (40, 1), }".padEnd(117) + '\n';
  const bytes = new Uint8Array(10 + header.length + 160);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  bytes.set(new TextEncoder().encode(header), 10);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < 40; i++) view.setFloat32(10 + header.length + 4 * i, NaN, true);
  return bytes;
}
