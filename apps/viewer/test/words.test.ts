import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inputTitle } from '../src/state/input-title.ts';
import { pinnableView } from '../src/state/pinned-view.ts';
import { factsOf } from '../src/state/view-facts.ts';
import { computedBy, howWords } from '../src/state/how-words.ts';
import { explainedState, explanation } from './support/answers.ts';

const test = suite('words for people');

test('a sample is called as where it is chosen, an own input as its file', () => {
  assert.is(inputTitle('tissue:9'), 'Tissue, test sample 9');
  assert.is(inputTitle('tissue:9', 'Tissue'), 'test sample 9');
  assert.is(inputTitle('mnist1d:0', 'net.h5'), 'MNIST-1D, test sample 0');
  for (const name of ['cat.png', 'scan:3', 'toString:1', 'tissue:9.png']) assert.is(inputTitle(name), name);
});

test('a view is told in the words of the settings', () => {
  const view = pinnableView(explainedState());
  assert.is(view && factsOf(view).method, 'Ablation-CAM (probability, off is zero, relative drop)');
});

test('what computed a map is told by its name in print', () => {
  const { run } = explanation();
  assert.is(howWords({ ...run, settings: null }), 'probability');
  assert.is(computedBy(run), 'the processor (float64)');
  assert.is(computedBy({ ...run, executor: null }), 'TensorFlow.js on wasm');
  const onGpu = { requested: 'auto', chosen: 'webgpu', reason: 'a test' } as const;
  assert.is(computedBy({ ...run, executor: onGpu }), 'WebGPU');
});

test.run();
