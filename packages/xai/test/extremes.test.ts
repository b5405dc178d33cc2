import * as tf from '@tensorflow/tfjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { planSteps, type AblationInput, type Tail } from '@ablation-cam/kernels';
import { evaluateTail } from '@ablation-cam/kernels/lowering';
import { useBackend } from '@ablation-cam/model';
import { assertClose, assertExtreme, extremeCases, type ExtremeCase } from '@ablation-cam/tools/testing';
import { ablationCam, releaseDevice, tfjsExecutor } from '../src/index.ts';

/** Falls in single precision, everything made of them in double precision. */
const FLOAT32_FALLS = { exponent: 2 ** -24, stored: 2 ** -23 };
const LARGEST = 3.4028234663852886e38;

const test = suite('the tfjs executor and the naive loop at the extremes');

/**
 * A dense layer that each channel's activation hands its row of falls to: 1 at the first position, 0 at the others. Of many
 * positions TensorFlow.js makes the falls, of few the executor itself.
 */
function tailOf({ channels, classes, drops, scoreFunction }: ExtremeCase, positions: number): Tail {
  const kernel = new Float32Array(positions * channels * classes);
  kernel.set(drops);
  return {
    nodes: [
      { name: 'target', operation: { kind: 'target' }, inputs: [], shape: [positions, channels] },
      { name: 'flat', operation: { kind: 'reshape' }, inputs: [0], shape: [positions * channels] },
      {
        name: 'logits',
        operation: { kind: 'dense', units: classes, kernel, bias: null },
        inputs: [1],
        shape: [classes],
      },
    ],
    target: 0,
    output: 2,
    scoreFunction,
  };
}

function inputOf({ channels, logits }: ExtremeCase, positions: number): AblationInput {
  return {
    inputs: 1,
    activation: new Float32Array(positions * channels).fill(1, 0, channels),
    logits,
    ablation: { kind: 'values', values: new Float32Array(channels) },
    score: 'probability',
    weighting: 'relative-drop',
    norm: 2,
    classes: 'all',
    ablatedScores: true,
  };
}

for (const backend of ['wasm', 'cpu'] as const) {
  test(`agrees with exact arithmetic in logarithms on the ${backend} backend`, async () => {
    await useBackend(backend);
    for (const positions of [1, 9]) {
      for (const item of extremeCases(60)) {
        const prepared = await tfjsExecutor().prepare(planSteps(tailOf(item, positions)));
        try {
          const input = inputOf(item, positions);
          const output = await prepared.run(input);
          const { weights: slopes } = await prepared.run({ ...input, weighting: 'slope' });
          assertExtreme(
            item,
            { ...output, slopes, ablatedScores: output.ablatedScores ?? [] },
            FLOAT32_FALLS,
          );
        } finally {
          prepared.dispose();
        }
      }
    }
  });

  for (const log of [false, true]) {
    const name = log ? 'log-softmax' : 'softmax';
    test(`an inner ${name} keeps its mass on the ${backend} backend`, async () => {
      await useBackend(backend);
      for (const rise of [1e-3, 1, 80, 100, 1000, 1e4]) {
        const tail = innerTail(log, rise);
        const logitsWithout = (k: number): Float64Array => {
          const activation = Float64Array.from([0, 1, 2], (channel) => (channel === k ? 0 : 1));
          return evaluateTail(tail, new Map([[0, activation]]))[tail.output] ?? new Float64Array();
        };
        const logits = logitsWithout(-1);
        const prepared = await tfjsExecutor().prepare(planSteps(tail));
        try {
          const { weights } = await prepared.run({
            ...inputOf({ ...INNER_CASE, logits: Float32Array.from(logits) }, 1),
            score: 'logit',
            weighting: 'slope',
          });
          const expected = [0, 1, 2].flatMap((c) => {
            return [0, 1, 2].map((k) => (logits[c] ?? NaN) - (logitsWithout(k)[c] ?? NaN));
          });
          // Of some numbers as large as the rise single precision loses 2^-24 each.
          assertClose(weights, expected, { absolute: 2e-6 + 8 * 2 ** -24 * rise }, `rise ${String(rise)}`);
        } finally {
          prepared.dispose();
        }
      }
    });
  }
}

const [FIRST_CASE] = extremeCases(1);
const INNER_CASE = { ...FIRST_CASE!, channels: 3, classes: 3 };

/** Without channel 0 the second logit of an inner softmax rises, without channel 1 hardly anything happens. */
function innerTail(log: boolean, rise: number): Tail {
  const first = Float32Array.of(rise / 3, -rise, 0, 1e-3, 2e-3, -1e-3, 0.5, 1, -rise);
  const last = Float32Array.of(1, 0.5, -0.25, 0.125, 1, 0.5, -0.5, 0.25, 1);
  const dense = { kind: 'dense', units: 3, bias: null } as const;
  const shape = [3];
  return {
    nodes: [
      { name: 'target', operation: { kind: 'target' }, inputs: [], shape: [1, 3] },
      { name: 'flat', operation: { kind: 'reshape' }, inputs: [0], shape },
      { name: 'first', operation: { ...dense, kernel: first }, inputs: [1], shape },
      { name: 'inner', operation: { kind: 'softmax', log }, inputs: [2], shape },
      { name: 'last', operation: { ...dense, kernel: last }, inputs: [3], shape },
    ],
    target: 0,
    output: 4,
    scoreFunction: 'linear',
  };
}

/** Channel 0 carries the logits, channel 1 speaks against them with a third, 2 and 3 hardly count. */
function confidentModel(size: number, units: number): tf.LayersModel {
  const kernel = Float32Array.from({ length: 4 * units }, (_, i) => {
    const channel = Math.floor(i / units);
    if (channel === 0) return size * (1 + (i % units));
    return channel === 1 ? -size / 3 : 0.1 * i;
  });
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        filters: 4,
        kernelSize: 1,
        inputShape: [4, 4, 4],
        name: 'target',
        weights: [tf.eye(4).reshape([1, 1, 4, 4]), tf.zeros([4])],
      }),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dense({
        units,
        activation: 'sigmoid',
        weights: [tf.tensor2d(kernel, [4, units]), tf.zeros([units])],
      }),
    ],
  });
}

for (const executor of ['reference', 'tfjs', 'webgpu', 'naive'] as const) {
  test(`a sigmoid that is sure of itself has finite weights: ${executor}`, async () => {
    await useBackend('cpu');
    for (const size of [10, 100, 1000, 10_000]) {
      for (const units of [1, 3]) {
        const model = confidentModel(size, units);
        const { explanations, warnings } = await ablationCam(
          model,
          { data: new Float32Array(64).fill(1), shape: [4, 4, 4] },
          {
            layer: 'target',
            backend: 'cpu',
            classIndex: 'all',
            ...(executor === 'naive' ? { strategy: 'naive' } : { executor }),
          },
        );
        model.dispose();
        for (const { weights, mapSigned } of explanations) {
          assert.ok(
            [...weights, ...mapSigned.data].every(Number.isFinite),
            `${String(size)}: ${weights.join()}`,
          );
        }
        // Logits of about 10 leave the class a fifth without the channel that carries it: sigmoid(-1.43).
        const sure = explanations.at(-1);
        assert.ok(
          Math.abs((sure?.weights[0] ?? NaN) - 1) < (size === 10 ? 0.2 : 1e-6),
          `${String(size)}: ${String(sure?.weights[0])}`,
        );
        // The loop subtracts float32 probabilities: next to 1 the other class's is 0, and it says so.
        if (executor === 'naive' || units > 1 || size < 1000) continue;
        assert.is(explanations[0]?.weights[0], -LARGEST);
        assert.match(warnings.join(), 'beyond the range');
      }
    }
    await releaseDevice();
  });
}

test.run();
