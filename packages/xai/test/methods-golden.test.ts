import * as tf from '@tensorflow/tfjs';
import { useBackend } from '@ablation-cam/model';
import { assertClose } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { explain, quadratureNames, type ExplainOptions, type InputArray } from '../src/index.ts';
import {
  bootstrapMean,
  dropAndIncrease,
  insertionDeletion,
  rankCorrelation,
  structuralSimilarity,
} from '../src/metrics.ts';
import { quadrature } from '../src/methods/quadrature.ts';
// Made by golden/methods.py.
import golden from './golden/methods.json';

/** Float32 passes through two layers of some ten values. */
const SINGLE_PRECISION = { ofLargest: 1e-4 };
/** The same numbers in float64, added up in another order. */
const DOUBLE_PRECISION = { absolute: 1e-12 };
/** A sum of attributions less the difference of scores, each of order 0.1, in single precision. */
const DELTA = { absolute: 1e-6 };

type Network = (typeof golden.networks)['signal'];

interface Expected {
  readonly weights?: readonly number[];
  readonly map?: readonly number[];
  readonly attributions?: readonly number[];
  readonly convergenceDelta?: number;
}

const test = suite('methods against NumPy');

test.before(async () => {
  await useBackend('cpu');
});

for (const [kind, network] of Object.entries(golden.networks)) {
  const { expected, window, stride, featureMask } = network;
  const baseline = 0.25;
  const cases: Record<string, ExplainOptions> = {
    'grad-cam': { method: 'grad-cam' },
    'layer-cam': { method: 'layer-cam' },
    'hires-cam': { method: 'hires-cam' },
    'eigen-cam': { method: 'eigen-cam' },
    'score-cam': { method: 'score-cam', perPass: 2 },
    'smooth-grad': { method: 'smooth-grad', samples: 4, noise: 0.1, seed: 7 },
    'feature-ablation': { method: 'feature-ablation', featureMask, baseline, perPass: 3 },
    occlusion: { method: 'occlusion', window, stride, baseline },
  };
  for (const rule of quadratureNames) {
    cases[`integrated-gradients ${rule}`] = {
      method: 'integrated-gradients',
      quadrature: rule,
      steps: 5,
      baseline,
    };
  }

  for (const [name, options] of Object.entries(cases)) {
    test(`${name} of a network for the ${kind}`, async () => {
      const { model, input } = build(network);
      const { explanations } = await explain(model, input, { ...options, backend: 'cpu' });
      const [explanation] = explanations;
      const want = expected[name as keyof typeof expected] as Expected;
      assert.is(explanation!.classIndex, expected.classIndex);
      if (want.weights) assertClose(explanation!.weights!, want.weights, SINGLE_PRECISION, 'weights');
      if (want.map) assertClose(explanation!.mapSigned.data, want.map, SINGLE_PRECISION, 'map');
      if (want.attributions) {
        assertClose(explanation!.attributions!.data, want.attributions, SINGLE_PRECISION, 'attributions');
      }
      if (want.convergenceDelta !== undefined) {
        assertClose([explanation!.convergenceDelta!], [want.convergenceDelta], DELTA, 'delta');
      }
      model.dispose();
    });
  }

  test(`insertion, deletion and a soft mask of a network for the ${kind}`, async () => {
    const { model, input } = build(network);
    const { explanations } = await explain(model, input, { method: 'grad-cam', backend: 'cpu' });
    const [curves] = await insertionDeletion(model, input, explanations, {
      steps: 5,
      baseline,
      backend: 'cpu',
    });
    for (const side of ['insertion', 'deletion'] as const) {
      const want = expected.curves[side];
      assertClose(curves![side].scores, want.scores, SINGLE_PRECISION, side);
      assertClose([curves![side].auc], [want.auc], SINGLE_PRECISION, `${side} AUC`);
    }
    const [masked] = await dropAndIncrease(model, input, explanations, {
      protocol: { kind: 'soft-multiply', baseline },
      backend: 'cpu',
    });
    assertClose([masked!.maskedScore], [expected.softMultiply], SINGLE_PRECISION, 'soft mask');
    model.dispose();
  });
}

test('50 nodes of Gauss and Legendre', () => {
  const { nodes, weights } = quadrature('gauss-legendre', 50);
  assertClose(nodes, golden.statistics.gaussLegendre.nodes, DOUBLE_PRECISION);
  assertClose(weights, golden.statistics.gaussLegendre.weights, DOUBLE_PRECISION);
});

test('rank correlation with ties, structural similarity in one and two dimensions', () => {
  const { a, b, tiedA, tiedB, ssim, lineSsim } = golden.statistics;
  assertClose([rankCorrelation(tiedA, tiedB)], [golden.statistics.rankCorrelation], DOUBLE_PRECISION);
  const map = (values: number[], shape: number[]): Parameters<typeof structuralSimilarity>[0] => ({
    shape,
    data: Float64Array.from(values),
  });
  assertClose([structuralSimilarity(map(a, [12, 9]), map(b, [12, 9]))], [ssim], DOUBLE_PRECISION);
  const line = structuralSimilarity(map(a.slice(0, 9), [9]), map(b.slice(0, 9), [9]));
  assertClose([line], [lineSsim], DOUBLE_PRECISION);
});

test('the bootstrap interval of a mean, from the same stream of random numbers', () => {
  const { values, bootstrap } = golden.statistics;
  const { mean, low, high } = bootstrapMean(values, { resamples: 200, seed: 5 });
  assertClose([mean, low, high], [bootstrap.mean, bootstrap.low, bootstrap.high], DOUBLE_PRECISION);
});

test.run();

function build(network: Network | (typeof golden.networks)['image']): {
  model: tf.LayersModel;
  input: InputArray;
} {
  const { inputShape, weightShapes, weights, input } = network;
  const isSignal = inputShape.length === 2;
  const filters = [weightShapes[1]![0]!, weightShapes[3]![0]!] as const;
  const convolution = (index: 0 | 1): tf.layers.Layer => {
    const config = {
      filters: filters[index],
      kernelSize: 3,
      padding: index === 0 ? 'same' : 'valid',
      activation: 'relu',
      ...(index === 0 && { inputShape }),
    } as const;
    return isSignal ? tf.layers.conv1d(config) : tf.layers.conv2d(config);
  };
  const model = tf.sequential({
    layers: [
      convolution(0),
      convolution(1),
      tf.layers.flatten(),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
  tf.tidy(() => {
    model.setWeights(weights.map((values, index) => tf.tensor(values, weightShapes[index])));
  });
  return { model, input: { shape: inputShape, data: Float32Array.from(input) } };
}
