import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as tf from '@tensorflow/tfjs';
import { encodeNpy, saveModel } from '@ablation-cam/model';
import { smallOnnx } from '@ablation-cam/model/testing';
import { parseNormalization } from '../src/arguments/normalization.ts';
import { parseAblation, parseClasses } from '../src/explain/request.ts';
import { runCommand } from './run-command.ts';

interface ExplanationJson {
  readonly classIndex: number;
  readonly layer: string | null;
  readonly layers?: readonly string[];
  readonly output?: string;
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
  for (const [input, className] of [
    ['textures:3', 'rings'],
    ['tissue:0', 'tumor'],
  ] as const) {
    const { exitCode, stdout, stderr } = await runCommand(['explain', input, '--json']);
    assert.is(exitCode, 0, stderr);
    const explanation = JSON.parse(stdout) as { input: string; className: string };
    assert.equal([explanation.input, explanation.className], [input, className]);
    assert.not('ablatedScores' in explanation, 'the scores of all classes only where they are asked for');
  }
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
  for (const name of ['forwardMs', 'weightsMs', 'ablationMs', 'mapMs', 'totalMs']) {
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

test('--top-k gives the classes with the highest logits, the highest first', async () => {
  const { exitCode, stdout, stderr } = await runCommand(['explain', 'mnist1d:2', '--top-k', '3', '--json']);
  assert.is(exitCode, 0, stderr);
  const { explanations } = JSON.parse(stdout) as { explanations: readonly ExplanationJson[] };
  const logits = explanations[0]?.logits ?? [];
  const highest = [...logits.keys()].sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0)).slice(0, 3);
  assert.equal(
    explanations.map(({ classIndex }) => classIndex),
    highest,
  );
});

test("--layer twice gives the mean of the maps of both, at the input's positions", async () => {
  const layers = ['conv1d_1', 'conv1d_2'];
  const args = ['explain', 'mnist1d:2', '--json', ...layers.flatMap((name) => ['--layer', name])];
  const { exitCode, stdout, stderr } = await runCommand(args);
  assert.is(exitCode, 0, stderr);
  const mean = JSON.parse(stdout) as ExplanationJson;
  assert.equal([mean.layer, mean.layers, mean.map.shape], [null, layers, [40]]);
  assert.not('weights' in mean, 'every layer has weights of its own');
  const sum = new Float64Array(40);
  for (const layer of layers) {
    const alone = await runCommand(['explain', 'mnist1d:2', '--json', '--layer', layer]);
    const { data, shape } = (JSON.parse(alone.stdout) as ExplanationJson).mapSigned;
    // Both layers of this network have the positions of the input, so that nothing is resized.
    assert.equal(shape, [40]);
    const largest = Math.max(...data.map(Math.abs));
    data.forEach((value, p) => (sum[p] = (sum[p] ?? 0) + value / largest / 2));
  }
  mean.mapSigned.data.forEach((value, p) => {
    assert.ok(Math.abs(value - (sum[p] ?? NaN)) < 1e-5, `position ${String(p)}`);
  });
});

test('how pictures are scaled is taken from the network and printed; what was only assumed is said', async ({
  folder,
}) => {
  const picture = join(folder, 'picture.npy');
  await writeFile(
    picture,
    encodeNpy(
      Uint8Array.from({ length: 48 }, (_, i) => 5 * i),
      [4, 4, 3],
    ),
  );
  const run = async (
    first: tf.layers.Layer,
    dense: Partial<Parameters<typeof tf.layers.dense>[0]> = { kernelInitializer: 'zeros' },
    args: readonly string[] = [],
  ): Promise<string> => {
    const head = [
      tf.layers.conv2d({ filters: 2, kernelSize: 3, activation: 'relu' }),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dense({ units: 3, activation: 'softmax', ...dense }),
    ];
    const model = tf.sequential({ layers: [first, ...head] });
    await saveModel(model, folder);
    model.dispose();
    const { stdout, stderr } = await runCommand([
      'explain',
      picture,
      '--model',
      folder,
      '--out',
      join(folder, 'out'),
      ...args,
    ]);
    return stdout + stderr;
  };
  const inputShape = [4, 4, 3];
  const scaled = await run(tf.layers.rescaling({ name: 'scale', scale: 1 / 255, inputShape }));
  assert.match(scaled, /pictures {3}0\.\.255 \(its layer scale scales them\)/);
  assert.not.match(scaled, /assumed/);
  const silent = await run(tf.layers.zeroPadding2d({ padding: 1, inputShape }));
  assert.match(silent, /pictures {3}0\.\.1 \(assumed/);
  assert.match(silent, /note: the network hardly prefers any class \(33\.33 %\).*--normalize 0\.\.255/);

  // Its first layer has weights for values up to 255, so that nothing is left of smaller ones beside what it adds.
  const bias = { biasInitializer: tf.initializers.constant({ value: 1 }) };
  const kernel = {
    kernelInitializer: tf.initializers.randomUniform({ minval: -0.002, maxval: 0.002, seed: 3 }),
  };
  const large = (): tf.layers.Layer =>
    tf.layers.conv2d({ name: 'dark', filters: 4, kernelSize: 1, ...kernel, ...bias, inputShape });
  const favorite = {
    kernelInitializer: 'zeros',
    biasInitializer: tf.initializers.randomUniform({ minval: -3, maxval: 3, seed: 5 }),
  } as const;
  const dark = await run(large(), favorite);
  assert.match(
    dark,
    /note: the picture hardly shows in 100 % of the channels of "dark", and 0\.\.1 was only assumed/,
  );
  const chosen = await run(large(), favorite, ['--normalize', 'keras-caffe']);
  assert.match(chosen, /pictures {3}keras-caffe \(--normalize\)/);
  assert.not.match(chosen, /hardly shows/);
});

test('--layers lists a model by short names, and --layer takes them; class names are read out of metadata.json', async ({
  folder,
}) => {
  const model = join(folder, 'net.onnx');
  await writeFile(model, smallOnnx('ResNet'));
  const list = await runCommand(['explain', model, '--layers']);
  assert.is(list.exitCode, 0, list.stderr);
  assert.match(list.stdout, /│ layer2\.0\/relu\/Relu_2 .*default/);
  const labels = join(folder, 'names.json');
  await writeFile(labels, JSON.stringify({ tmVersion: '2', labels: ['a', 'b', 'c', 'd', 'e'] }));
  const input = ['explain', 'textures:0', '--model', model, '--labels', labels, '--json'];
  const explained = await runCommand([...input, '--layer', 'layer2.0/relu/Relu_2', '--class', 'c']);
  assert.is(explained.exitCode, 0, explained.stderr);
  const { layer, classIndex } = JSON.parse(explained.stdout) as ExplanationJson;
  assert.equal([layer, classIndex], ['/layer2/layer2.0/relu/Relu_2', 2]);
  const miss = await runCommand([...input, '--layer', 'layer2.0/relu/Rely_2']);
  assert.match(miss.stderr, /Did you mean "layer2\.0\/relu\/Relu_2"/);
});

test('--output chooses among the outputs of a model', async ({ folder }) => {
  const model = twoOutputs();
  await saveModel(model, folder);
  model.dispose();
  const args = ['explain', 'mnist1d:0', '--model', join(folder, 'model.json'), '--json'];
  const none = await runCommand(args);
  assert.is(none.exitCode, 1);
  assert.match(none.stderr, /has 2 outputs; say which one to explain: --output kind or --output size\./);
  for (const [name, classes] of [
    ['kind', 3],
    ['size', 2],
  ] as const) {
    const { exitCode, stdout, stderr } = await runCommand([...args, '--output', name]);
    assert.is(exitCode, 0, stderr);
    const found = JSON.parse(stdout) as ExplanationJson;
    assert.equal([found.output, found.logits?.length], [name, classes]);
  }
  const text = await runCommand([...args.slice(0, -1), '--output', 'size', '--out', join(folder, 'out')]);
  assert.match(text.stdout, /^output {5}size$/m);
});

test('--plan tells what would run, and runs nothing', async () => {
  const last = await runCommand(['explain', '--plan']);
  assert.match(last.stdout, /1 dispatch for all channels together/);
  const { stdout } = await runCommand(['explain', '--plan', '--layer', 'conv1d_1', '--json']);
  const plan = JSON.parse(stdout) as { steps: readonly { kind: string; operations: number }[] };
  const contribution = plan.steps.find(({ kind }) => kind === 'contribute');
  // A convolution of width 3 from 25 to 25 channels over 40 positions, once for all 25 variants together.
  assert.is(contribution?.operations, 40 * 3 * 25 * 25);
  const counted = await runCommand(['explain', '--plan', '--adapter', 'desktop']);
  assert.match(counted.stdout, /GeForce.*layout wide: 4 dispatches in 1 submission, the host waits 1 time\n/);
  assert.match(counted.stdout, /score-rows/);
  assert.match(counted.stdout, /^estimate +1\d\d us; at least/m);
});

const WRONG: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [['no-such-file.npy'], /no such file/],
  [['--model', 'no-such-model.h5', 'mnist1d:0'], /no such file/],
  [['--model', 'no-such-model.h5'], /Say which input/],
  [['--layer', 'conv9'], /no layer "conv9".*"conv1d_2"/],
  [['--layer', 'dense'], /no positions/],
  [['--class', '10'], /Class 10 is out of range/],
  [['--class', 'cat'], /--class is "cat"/],
  [['--class', '1', '--top-k', '2'], /--top-k.*cannot be used with.*--class/],
  [['--top-k', '0'], /whole number from 1/],
  [['--output', 'other'], /no output "other"/],
  [['--compare', '--layer', 'conv1d_1', '--layer', 'conv1d_2'], /give --layer once/],
  [['mnist1d:1000'], /index from 0 to 999/],
  [['--ablation', 'x'], /--ablation is "x"/],
  [['--backend', 'gpu'], /webgpu, onnxruntime, wasm, cpu/],
  [['--adapter', 'desktop'], /--adapter .* give it with --plan/],
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
  assert.equal(['keras-tf', 'keras-torch', 'keras-caffe', '0..255'].map(parseNormalization), [
    '-1..1',
    'imagenet',
    'caffe',
    '0..255',
  ]);
  assert.throws(() => parseNormalization('0.5'), /mean:deviation/);
});
parsing.run();

/** A network of signals `[40, 1]` that tells three kinds and two sizes. */
function twoOutputs(): tf.LayersModel {
  const seeded = (seed: number): { kernelInitializer: ReturnType<typeof tf.initializers.glorotUniform> } => ({
    kernelInitializer: tf.initializers.glorotUniform({ seed }),
  });
  const input = tf.input({ shape: [40, 1] });
  const conv = tf.layers.conv1d({ filters: 4, kernelSize: 3, activation: 'relu', ...seeded(1) });
  const pooled = tf.layers.globalAveragePooling1d({}).apply(conv.apply(input)) as tf.SymbolicTensor;
  const outputs = (
    [
      ['kind', 3],
      ['size', 2],
    ] as const
  ).map(([name, units]) => {
    const dense = tf.layers.dense({ name, units, activation: 'softmax', ...seeded(units) });
    return dense.apply(pooled) as tf.SymbolicTensor;
  });
  return tf.model({ inputs: input, outputs });
}

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
