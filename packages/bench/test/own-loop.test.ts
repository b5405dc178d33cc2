import { KernelsError, requestDevice, type Tail } from '@ablation-cam/kernels';
import { evaluateTail } from '@ablation-cam/kernels/lowering';
import { assertClose, deviceSuite, seededRandom } from '@ablation-cam/tools/testing';
import * as assert from 'uvu/assert';
import { prepareLoop } from '../src/own-loop/prepare-loop.ts';

/** What a float32 loop may lose: it subtracts logits whose common part was rounded. */
const FLOAT32_LOOP = { ofLargest: 1e-3, absolute: 2e-5 };

const INPUTS = 2;
const CHANNELS = 4;
const CLASSES = 3;
const random = seededRandom(5);

/** Behind a convolution a shortcut that is given, then a dense layer. */
const tail: Tail = {
  nodes: [
    { name: 'target', operation: { kind: 'target' }, inputs: [], shape: [5, 4, CHANNELS] },
    { name: 'shortcut', operation: { kind: 'constant' }, inputs: [], shape: [5, 4, 6] },
    {
      name: 'convolution',
      operation: {
        kind: 'convolution',
        filters: 6,
        window: [3, 3],
        strides: [1, 1],
        dilation: [1, 1],
        padBefore: [1, 1],
        kernel: random.floats(9 * CHANNELS * 6, -0.5, 0.5),
        bias: random.floats(6, -0.5, 0.5),
      },
      inputs: [0],
      shape: [5, 4, 6],
    },
    { name: 'add', operation: { kind: 'merge', function: 'add' }, inputs: [2, 1], shape: [5, 4, 6] },
    { name: 'relu', operation: { kind: 'activation', function: 'relu' }, inputs: [3], shape: [5, 4, 6] },
    { name: 'flatten', operation: { kind: 'reshape' }, inputs: [4], shape: [120] },
    {
      name: 'dense',
      operation: {
        kind: 'dense',
        units: CLASSES,
        kernel: random.floats(120 * CLASSES, -0.3, 0.3),
        bias: null,
      },
      inputs: [5],
      shape: [CLASSES],
    },
  ],
  target: 0,
  output: 6,
  scoreFunction: 'softmax',
};

const activation = random.floats(INPUTS * 20 * CHANNELS, -1, 1);
const shortcut = random.floats(INPUTS * 120, -1, 1);
const off = random.floats(CHANNELS, -1, 1);

/** The logits where a channel is off, or none, `[inputs, classes]`: the definition in float64. */
function logitsWithout(channel: number | null): Float64Array {
  const masked = Float64Array.from(activation, (value, at) =>
    at % CHANNELS === channel ? (off[channel] ?? NaN) : value,
  );
  const given = new Map([
    [0, masked],
    [1, Float64Array.from(shortcut)],
  ]);
  return evaluateTail(tail, given, INPUTS)[tail.output] ?? new Float64Array();
}

const logits = logitsWithout(null);
const ablated = Array.from({ length: CHANNELS }, (_, k) => logitsWithout(k));

const test = await deviceSuite('the naive loop on our own kernels', () => requestDevice());

for (const isAwaited of [false, true]) {
  const title = `logits, weights and maps of one evaluation a channel${isAwaited ? ', each awaited' : ''}`;
  test(title, async ({ device }) => {
    const loop = await prepareLoop(device, tail, { isAwaited });
    try {
      const { ablatedScores, weights, mapSigned, dispatches } = await loop.run({
        inputs: INPUTS,
        activation,
        logits: Float32Array.from(logits),
        constants: new Map([[1, shortcut]]),
        ablation: { kind: 'values', values: off },
        score: 'logit',
        weighting: 'relative-drop',
        norm: 2,
        classes: [1],
        ablatedScores: true,
      });
      const rows = Array.from({ length: INPUTS }, (_, n) => n * CLASSES);
      const expectedScores = rows.flatMap((at) => ablated.flatMap((z) => [...z.slice(at, at + CLASSES)]));
      assertClose(ablatedScores ?? [], expectedScores, FLOAT32_LOOP, 'ablated logits');
      const expected = rows.flatMap((at) =>
        ablated.map((z) => (logits[at + 1]! - z[at + 1]!) / Math.abs(logits[at + 1]!)),
      );
      assertClose(weights, expected, FLOAT32_LOOP, 'weights');
      const maps = Array.from({ length: INPUTS * 20 }, (_, place) => {
        const n = Math.floor(place / 20);
        const own = Array.from(
          { length: CHANNELS },
          (_, k) => expected[n * CHANNELS + k]! * activation[place * CHANNELS + k]!,
        );
        return own.reduce((sum, part) => sum + part, 0);
      });
      assertClose(mapSigned, maps, FLOAT32_LOOP, 'maps');
      // The target is switched off once. Of a variant the mask and four operations; a reshape needs none. At the end two.
      assert.is(dispatches.ablation, 1 + CHANNELS * (1 + 4) + 2);
    } finally {
      loop.dispose();
    }
  });
}

test('a tail with operations without a kernel is refused', async ({ device }) => {
  const nodes = tail.nodes.map((node) =>
    node.name === 'relu' ? { ...node, operation: { kind: 'opaque', layerClass: 'Cube' } as const } : node,
  );
  const error = await prepareLoop(device, { ...tail, nodes }).catch((reason: unknown) => reason);
  assert.ok(error instanceof KernelsError && error.code === 'unsupported-tail');
});

test.run();
