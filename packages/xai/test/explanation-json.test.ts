import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { explanationJson, type ExplanationNumbers, type ExplanationRun } from '../src/index.ts';

const test = suite('an explanation as JSON');

const run: ExplanationRun = {
  method: 'ablation-cam',
  layers: ['conv'],
  channels: 2,
  classes: 3,
  targets: ['probability of the predicted class'],
  score: 'probability',
  settings: {
    ablation: Float32Array.of(0.5, 0),
    weighting: 'slope',
    norm: 1,
    strategy: 'planned',
  },
  backend: { requested: 'auto', chosen: 'wasm', reason: 'a test' },
  executor: { requested: 'auto', chosen: 'tfjs', reason: 'a test' },
  adapter: null,
  dispatches: { ablation: 3, map: 1 },
  timings: { forwardMs: 1, weightsMs: 2, mapMs: 3, totalMs: 7 },
  warnings: ['of the run'],
};

const explanation: ExplanationNumbers = {
  classIndex: 1,
  probabilities: Float32Array.of(0.25, 0.5, 0.25),
  logits: Float32Array.of(0, 1, 0),
  weights: Float32Array.of(0.5, -0.25),
  map: { shape: [2], data: Float32Array.of(0, 1) },
  mapSigned: { shape: [2], data: Float32Array.of(-1, 1) },
  warnings: ['of the map'],
};

const about = { model: 'net', input: 'x', className: 'cat' };

test('holds every number of Ablation-CAM in lists, and survives being written and read', () => {
  const json = explanationJson(
    run,
    { ...explanation, ablatedScores: Float32Array.of(1, 2, 3, 4, 5, 6) },
    { ...about, output: 'kind', contrastIndex: 2 },
  );
  const expected = {
    model: 'net',
    input: 'x',
    output: 'kind',
    layer: 'conv',
    method: 'ablation-cam',
    classIndex: 1,
    className: 'cat',
    contrastIndex: 2,
    score: 'probability',
    ablation: [0.5, 0],
    weighting: 'slope',
    norm: 1,
    strategy: 'planned',
    probabilities: [0.25, 0.5, 0.25],
    logits: [0, 1, 0],
    channels: 2,
    weights: [0.5, -0.25],
    map: { shape: [2], data: [0, 1] },
    mapSigned: { shape: [2], data: [-1, 1] },
    ablatedScores: [
      [1, 2, 3],
      [4, 5, 6],
    ],
    backend: 'wasm',
    executor: 'tfjs',
    adapter: null,
    dispatches: { ablation: 3, map: 1 },
    timings: { forwardMs: 1, weightsMs: 2, mapMs: 3, totalMs: 7, ablationMs: 2 },
    warnings: ['of the run', 'of the map'],
  };
  assert.equal(json, expected);
  assert.equal(JSON.parse(JSON.stringify(json)), expected);
});

test('names the layers that were averaged, which have no weights in common', () => {
  const layers = ['conv', 'block/conv'];
  const json = explanationJson({ ...run, layers, channels: null }, { ...explanation, weights: null }, about);
  assert.equal([json.layer, json.layers], [null, layers]);
  for (const field of ['channels', 'weights', 'ablatedScores']) assert.not(field in json, field);
});

test('has of a method that attributes to the input what that method knows', () => {
  const json = explanationJson(
    { ...run, method: 'integrated-gradients', layers: [], channels: null, settings: null, executor: null },
    {
      ...explanation,
      weights: null,
      attributions: { shape: [2, 1], data: Float64Array.of(-1, 1) },
      convergenceDelta: 0.125,
    },
    about,
  );
  assert.is(json.layer, null);
  assert.equal([json.attributions?.data, json.convergenceDelta], [[-1, 1], 0.125]);
  for (const field of ['layers', 'ablation', 'weighting', 'strategy', 'executor', 'dispatches', 'weights']) {
    assert.not(field in json, field);
  }
  assert.equal(json.timings, run.timings);
});

test.run();
