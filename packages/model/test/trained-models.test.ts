import * as tf from '@tensorflow/tfjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  embeddedModel,
  evaluate,
  limitDataSet,
  mnist1dClassNames,
  mnist1dDataSets,
  texturesDataSets,
  tissueClassNames,
  tissueDataSet,
  useBackend,
} from '../src/index.ts';
import { assertRefused } from './support/refusal.ts';

const test = suite('embedded models');

test.before(async () => {
  await useBackend('wasm');
});

test('mnist1d has 13,960 parameters and is right on 950 of the 1,000 test samples', async () => {
  const { model, metadata, dispose } = await embeddedModel('mnist1d');
  assert.is(model.countParams(), 13_960);
  assert.equal(metadata.classNames, mnist1dClassNames);
  const { accuracy } = await evaluate(model, mnist1dDataSets().test);
  assert.is(accuracy, 0.95);
  dispose();
});

test('textures has 66,088 parameters and tells textures it has not seen apart', async () => {
  const { model, metadata, dispose } = await embeddedModel('textures');
  assert.is(model.countParams(), 66_088);
  const { test: textures } = texturesDataSets({ trainSamples: 8, testSamples: 64 });
  assert.equal(metadata.classNames, textures.classNames);
  // The accuracy on all 500 stands beside the weights.
  const { accuracy } = await evaluate(model, limitDataSet(textures, 16));
  assert.ok(accuracy >= 14 / 16);
  dispose();
});

test('tissue has 66,088 parameters and tells photographs it has not seen apart', async () => {
  const { model, metadata, dispose } = await embeddedModel('tissue');
  assert.is(model.countParams(), 66_088);
  assert.equal(metadata.classNames, tissueClassNames);
  // The accuracy on the whole test set stands beside the weights.
  const { accuracy } = await evaluate(model, limitDataSet(tissueDataSet(), 8));
  assert.ok(accuracy >= 6 / 8, `${accuracy}`);
  dispose();
});

test('loading and disposing leaves no tensors behind', async () => {
  const before = tf.memory().numTensors;
  (await embeddedModel('mnist1d')).dispose();
  assert.is(tf.memory().numTensors, before);
});

test('another name is refused', () =>
  assertRefused(() => embeddedModel('imagenet' as 'mnist1d'), 'invalid-option', /mnist1d, textures, tissue/));

test.run();
