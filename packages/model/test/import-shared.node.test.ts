import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { type Cut } from '@ablation-cam/kernels';
import { evaluateTail } from '@ablation-cam/kernels/lowering';
import { assertClose, shared, skipIf } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { networkOf, loadLayersModel, readInput, useBackend, type Network } from '../src/index.ts';
import { cutModel } from './support/cut-model.ts';

interface Reference {
  readonly layer: string;
  readonly testIndex?: number;
  readonly image?: string;
  readonly logits: readonly number[];
  readonly activationShape: readonly number[];
  readonly ablationCam: { readonly zero: { readonly ablatedScores: readonly (readonly number[])[] } };
}

/** The activation comes from a float32 forward pass, the reference is float64 throughout. */
const FLOAT32 = { ofLargest: 1e-5 };
/** What the expected numbers are held to everywhere. */
const PROBABILITY = { absolute: 1e-5 };

const test = suite('tails of trained networks against an independent implementation');
const { path, missing } = shared();
const folder = path ?? '';
test.before(async () => {
  await useBackend('wasm');
});

skipIf(test, missing)('MNIST-1D: logits and the scores without each channel, all layers', async () => {
  const graph = await graphOf('MNIST1D.h5');
  const seen = new Set<string>();
  for (const record of await references('mnist1d.json')) {
    const sample = `${record.layer} of sample ${String(record.testIndex)}`;
    if (seen.has(sample)) continue;
    seen.add(sample);
    const input = await readInput(`mnist1d:${String(record.testIndex)}`, { shape: [40, 1] });
    const channels = record.activationShape.at(-1) ?? 0;
    await compare(
      graph,
      record,
      input,
      Array.from({ length: channels }, (_, k) => k),
      sample,
    );
  }
  assert.is(seen.size, 30);
});

skipIf(test, missing)('HMT: logits and the scores without some channels, last layer', async () => {
  const graph = await graphOf('HMT.h5');
  const [first, second] = (await references('hmt.json')).filter(({ layer }) => layer === 'conv2d_3');
  for (const record of [first!, second!]) {
    const file = join(folder, 'reference', record.image ?? '');
    await compare(graph, record, await readInput(file, { shape: [224, 224, 3] }), [0, 17, 63], file);
  }
});

skipIf(test, missing)('HMT: the scores without a channel before a convolution', async () => {
  const graph = await graphOf('HMT.h5');
  const record = (await references('hmt.json')).find(({ layer }) => layer === 'conv2d_2')!;
  const file = join(folder, 'reference', record.image ?? '');
  await compare(graph, record, await readInput(file, { shape: [224, 224, 3] }), [5], file);
});

async function graphOf(file: string): Promise<Network> {
  const { model } = await loadLayersModel(join(folder, 'models', file));
  return await networkOf(model);
}

async function references(file: string): Promise<readonly Reference[]> {
  return JSON.parse(await readFile(join(folder, 'reference', file), 'utf8')) as readonly Reference[];
}

async function compare(
  source: Network,
  record: Reference,
  input: { readonly data: Float32Array; readonly shape: readonly number[] },
  channels: readonly number[],
  what: string,
): Promise<void> {
  const { network, layer, cut: extracted } = await cutModel(source, { layer: record.layer });
  assert.equal(layer.shape, record.activationShape);
  const x = tf.tensor(input.data, [1, ...input.shape]);
  const [activation] = network.run(new Map([[network.graph.inputs[0]!, x]]), [layer.node]);
  const values = Float64Array.from(activation.dataSync());
  tf.dispose([x, activation]);

  assertClose(logitsOf(extracted, values), record.logits, FLOAT32, `logits, ${what}`);
  for (const channel of channels) {
    const without = values.map((value, i) =>
      i % (record.activationShape.at(-1) ?? 1) === channel ? 0 : value,
    );
    const expected = record.ablationCam.zero.ablatedScores[channel] ?? [];
    const scores = softmax(logitsOf(extracted, without));
    assertClose(scores, expected, PROBABILITY, `without channel ${String(channel)}, ${what}`);
  }
}

function logitsOf({ tail }: Cut, activation: Float64Array): Float64Array {
  return evaluateTail(tail, new Map([[tail.target, activation]]))[tail.output] ?? new Float64Array();
}

function softmax(logits: Float64Array): Float64Array {
  const powers = logits.map((z) => Math.exp(z - Math.max(...logits)));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

test.run();
