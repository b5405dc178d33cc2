import { ModelSession } from '@ablation-cam/kernels/sessions';
import { loadModel } from '@ablation-cam/model';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { intTensor, OnnxBuilder, valueInfo } from '@ablation-cam/tools/onnx-builder';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  ablationCam,
  createExplainer,
  explain,
  maskedPrediction,
  releaseDevice,
  XaiError,
} from '../src/index.ts';

/** Two engines in single precision. */
const SINGLE_PRECISION = { absolute: 2e-5, ofLargest: 2e-5 };

const [CHANNELS, HEIGHT, WIDTH, CLASSES] = [6, 7, 5, 4];

const test = suite('operators of ONNX files that only ONNX Runtime knows');

test.after(async () => {
  await releaseDevice();
});

type Write = (b: OnnxBuilder, x: string) => string;

/** A network in two halves; the target is the last node of the first one, and `beside` leads around it. */
interface Halves {
  readonly front: Write;
  readonly beside?: Write;
  readonly behind: Write;
}

const lpNormalization: Write = (b, x) => b.node('LpNormalization', [x], { axis: 1, p: 2 });

const conv: Write = (b, x) =>
  b.node('Relu', [
    b.node('Conv', [x, b.weight([CHANNELS, CHANNELS, 3, 3], 0.3), b.weight([CHANNELS])], {
      pads: [1, 1, 1, 1],
    }),
  ]);

const stem: Write = (b, x) =>
  b.node('Relu', [
    b.node('Conv', [x, b.weight([CHANNELS, 3, 3, 3], 0.4), b.weight([CHANNELS], 0.3)], {
      pads: [1, 1, 1, 1],
    }),
  ]);

const head: Write = (b, x) => {
  const pooled = b.node('Flatten', [b.node('GlobalAveragePool', [x])]);
  return b.node('Gemm', [pooled, b.weight([CLASSES, CHANNELS]), b.weight([CLASSES])], { transB: 1 });
};

const einsum: Write = (b, x) =>
  b.node('Einsum', [x, b.weight([CHANNELS, CHANNELS])], { equation: 'bchw,dc->bdhw' });

/** The three largest of all values, and one more than the places where they are. */
const topK: Write = (b, x) => {
  b.node('TopK', [b.node('Flatten', [x]), b.ints([3])], { axis: 1 }, { name: 'top', outputs: 2 });
  const places = b.node('Cast', [b.node('Mod', ['top_output_1', b.ints([7])])], { to: 1 });
  const all = b.node('Concat', ['top_output_0', places], { axis: 1 });
  return b.node('Gemm', [all, b.weight([CLASSES, 6], 0.3)], { transB: 1 });
};

/** v becomes 0.8 v + w three times over, where w lies around the loop. */
function loop(own: string): Write {
  return (b, x) => {
    const body = new OnnxBuilder(b.random, b.opset);
    body.inputs.push(valueInfo('turn', [], 'INT64'), valueInfo('goes_on', [], 'BOOL'));
    body.input('v', [1, CHANNELS, HEIGHT, WIDTH]);
    const same = body.node('Identity', ['goes_on']);
    const next = body.node('Add', [body.node('Mul', ['v', 'factor']), own]);
    body.outputs.push(valueInfo(same, [], 'BOOL'));
    body.output(next, [1, CHANNELS, HEIGHT, WIDTH]);
    b.floats([], [0.8], 'factor');
    b.weights.push(intTensor('turns', [], [3]));
    const result = b.node('Loop', ['turns', '', x], { body: body.graph() });
    return head(b, b.note(result, [1, CHANNELS, HEIGHT, WIDTH]));
  };
}

const networks: Readonly<Record<string, Halves & { readonly plan: 'planned' | 'fallback' }>> = {
  'LpNormalization in front of the target': {
    front: (b, x) => conv(b, lpNormalization(b, stem(b, x))),
    behind: (b, x) => head(b, conv(b, x)),
    plan: 'planned',
  },
  'Einsum in front of the target': {
    front: (b, x) => conv(b, einsum(b, stem(b, x))),
    behind: head,
    plan: 'planned',
  },
  'LpNormalization behind the target': {
    front: (b, x) => conv(b, stem(b, x)),
    behind: (b, x) => head(b, lpNormalization(b, conv(b, x))),
    plan: 'fallback',
  },
  'TopK behind the target, with whole numbers': { front: stem, behind: topK, plan: 'fallback' },
  'a loop behind the target that reads what lies around it': {
    front: stem,
    behind: (b, x) => loop(conv(b, x))(b, x),
    plan: 'fallback',
  },
  'LpNormalization beside the target': {
    front: stem,
    beside: (b, x) => lpNormalization(b, stem(b, x)),
    behind: (b, x) => head(b, conv(b, x)),
    plan: 'planned',
  },
};

const MAP = [1, CHANNELS, HEIGHT, WIDTH];
const PLACES = HEIGHT * WIDTH;

interface Files {
  readonly whole: Uint8Array;
  /** The same with the target, and what leads around it, as outputs as well. */
  readonly tapped: Uint8Array;
  /** What follows the target, with the same weights; its inputs are the target and what leads around it. */
  readonly rest: Uint8Array;
  readonly taps: readonly string[];
}

function filesOf({ front, beside, behind }: Halves): Files {
  const whole = new OnnxBuilder(seededRandom(11));
  const x = whole.input('x', [1, 3, HEIGHT, WIDTH]);
  const around = beside ? [beside(whole, x)] : [];
  const target = whole.node('Identity', [front(whole, x)], {}, { name: 'target' });
  const first = whole.nodes.length;
  const from = around.length > 0 ? whole.node('Add', [target, ...around], {}, { name: 'joined' }) : target;
  const output = whole.node('Softmax', [behind(whole, from)], { axis: 1 }, { name: 'probabilities' });
  const rest = new OnnxBuilder(seededRandom(12));
  rest.nodes.push(...whole.nodes.slice(first));
  rest.weights.push(...whole.weights);
  const taps = [target, ...around];
  for (const tap of taps) rest.input(tap, MAP);
  for (const b of [whole, rest]) b.output(output, [1, CLASSES]);
  const bytes = whole.bytes();
  for (const tap of taps) whole.output(tap, MAP);
  return { whole: bytes, tapped: whole.bytes(), rest: rest.bytes(), taps };
}

/** Runs a file with ONNX Runtime itself. */
async function openFile(
  bytes: Uint8Array,
): Promise<(feeds: Readonly<Record<string, Float32Array>>) => Promise<Record<string, Float32Array>>> {
  const session = await ModelSession.create(bytes);
  return async (feeds) => {
    const tensors = Object.entries(feeds).map(
      ([name, data]) =>
        [name, { type: 'float32', data, dims: [1, data.length / PLACES, HEIGHT, WIDTH] }] as const,
    );
    return Object.fromEntries(await session.run(new Map(tensors)));
  };
}

/** An input of the file, and the same with its channels last. */
const pixels = seededRandom(5).floats(3 * PLACES);
const image = {
  data: Float32Array.from(pixels, (_, i) => pixels[(i % 3) * PLACES + Math.floor(i / 3)] ?? 0),
  shape: [HEIGHT, WIDTH, 3],
};

/** What ONNX Runtime makes of the file with a changed target. */
async function oracleOf({ tapped, rest, taps: [target = '', around = ''] }: Files): Promise<{
  readonly probabilities: Float32Array;
  readonly changed: (change: (value: number, channel: number) => number) => Promise<Float32Array>;
}> {
  const found = await (await openFile(tapped))({ x: pixels });
  const run = await openFile(rest);
  const side = found[around] ? { [around]: found[around] } : {};
  return {
    probabilities: found['probabilities_output_0'] ?? new Float32Array(),
    changed: async (change) => {
      const map = Float32Array.from(found[target] ?? [], (value, i) => change(value, Math.floor(i / PLACES)));
      return (await run({ ...side, [target]: map }))['probabilities_output_0'] ?? new Float32Array();
    },
  };
}

for (const [name, halves] of Object.entries(networks)) {
  test(`${name}: every strategy and a masked prediction`, async () => {
    const files = filesOf(halves);
    const { probabilities, changed } = await oracleOf(files);
    const { network, dispose } = await loadModel([{ name: 'net.onnx', bytes: files.whole }]);
    const expected: number[] = [];
    for (let k = 0; k < CHANNELS; k++)
      expected.push(...(await changed((value, channel) => (channel === k ? 0 : value))));
    for (const strategy of ['planned', 'naive'] as const) {
      const explainer = await createExplainer(network, { layer: 'target', strategy, ablatedScores: true });
      const { backend, explanations } = await explainer.explain(image);
      assert.is(backend.chosen, 'onnxruntime');
      assert.match(backend.reason, /TensorFlow\.js cannot run the network: there is no rule for/);
      const [explanation] = explanations;
      assertClose(explanation?.probabilities ?? [], probabilities, SINGLE_PRECISION, 'probabilities');
      assertClose(explanation?.ablatedScores ?? [], expected, SINGLE_PRECISION, `${strategy} scores`);
      if (strategy === 'planned') {
        assert.is((explainer.plan?.fallback.length ?? NaN) > 0, halves.plan === 'fallback');
      }
      await explainer.dispose();
    }
    const channels = [0, 3];
    const masked = await maskedPrediction(network, image, { layer: 'target', channels });
    const wanted = await changed((value, channel) => (channels.includes(channel) ? 0 : value));
    assertClose(masked.probabilities ?? [], wanted, SINGLE_PRECISION, 'masked prediction');
    dispose();
  });

  test(`${name}: gradients`, async () => {
    const files = filesOf(halves);
    const { network, dispose } = await loadModel([{ name: 'net.onnx', bytes: files.whole }]);
    const options = { method: 'grad-cam', layer: 'target', classIndex: [1] } as const;
    if (halves.plan === 'fallback') {
      const error = await explain(network, image, options).then(
        () => null,
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof XaiError && error.code === 'unsupported-model');
      assert.match(
        error.message,
        /does not go through .* \((LpNormalization|TopK|Loop)\) has no rule: the operator/,
      );
    } else {
      const { changed } = await oracleOf(files);
      const { explanations } = await explain(network, image, options);
      for (let k = 0; k < CHANNELS; k++) {
        const [more, less] = [0.002, -0.002];
        const at = async (step: number): Promise<number> =>
          (await changed((value, channel) => (channel === k ? value + step : value)))[1] ?? NaN;
        const slope = ((await at(more)) - (await at(less))) / (more - less);
        // Differences of probabilities in float32, and the bend of the function within the step.
        assertClose([(explanations[0]?.weights?.[k] ?? NaN) * PLACES], [slope], {
          absolute: 3e-4,
          ofLargest: 0.01,
        });
      }
    }
    dispose();
  });
}

test('TensorFlow.js alone says which operators it cannot run', async () => {
  const { whole } = filesOf(networks['LpNormalization behind the target'] ?? { front: stem, behind: head });
  const { network } = await loadModel([{ name: 'net.onnx', bytes: whole }]);
  const error = await ablationCam(network, image, { backend: 'cpu' }).then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof XaiError && error.code === 'unsupported-model');
  assert.match(error.message, /no rule for ".*" \(LpNormalization\); but the backend cpu was asked for/);
});

test('a batch gives what its inputs give', async () => {
  const { whole } = filesOf(
    networks['a loop behind the target that reads what lies around it'] ?? { front: stem, behind: head },
  );
  const { network } = await loadModel([{ name: 'net.onnx', bytes: whole }]);
  const other = image.data.map((value) => 0.5 - value);
  const both = new Float32Array(2 * other.length);
  both.set(image.data);
  both.set(other, other.length);
  const { explanations } = await ablationCam(
    network,
    { data: both, shape: [2, ...image.shape] },
    { layer: 'target' },
  );
  for (const [i, data] of [image.data, other].entries()) {
    const alone = await ablationCam(network, { ...image, data }, { layer: 'target' });
    assertClose(explanations[i]?.weights ?? [], alone.explanations[0]?.weights ?? [NaN], SINGLE_PRECISION);
  }
});

test.run();
