import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@ablation-cam/tools/testing';
import * as assert from 'uvu/assert';
import type { TargetSelection } from '../../src/index.ts';
import { checkTail, type CheckedTail } from './check-tail.ts';
import { randomizeWeights } from './random-weights.ts';

const { layers } = tf;
export const SIZE = [8, 6, 3];

export type Symbolic = tf.SymbolicTensor;

export function call(layer: tf.layers.Layer, ...inputs: Symbolic[]): Symbolic {
  return layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as Symbolic;
}

export function convolution(name: string, filters = 4): tf.layers.Layer {
  return layers.conv2d({ name, filters, kernelSize: 3, padding: 'same', activation: 'relu' });
}

/** Builds a model around `body`, gives it random weights, checks the tails of the targets, returns the last. */
export async function check(
  body: (input: Symbolic) => Symbolic | Symbolic[],
  ...selections: TargetSelection[]
): Promise<CheckedTail> {
  const random = seededRandom(11);
  const inputs = tf.input({ shape: SIZE });
  const model = tf.model({ inputs, outputs: body(inputs) });
  randomizeWeights(model, random);
  let last: CheckedTail | undefined;
  for (const selection of selections) last = await checkTail(model, random, selection);
  model.dispose();
  if (!last) throw new Error('No target was checked.');
  return last;
}

export function classify(
  x: Symbolic,
  activation: 'softmax' | 'sigmoid' | 'linear' = 'softmax',
  units = 3,
): Symbolic {
  return call(
    layers.dense({ units, activation, name: 'classes' }),
    call(layers.globalAveragePooling2d({}), x),
  );
}

export async function rejects(promise: Promise<unknown>, code: string, message: RegExp): Promise<void> {
  try {
    await promise;
  } catch (error) {
    assert.is((error as { code?: string }).code, code);
    assert.match((error as Error).message, message);
    return;
  }
  assert.unreachable(`expected an error ${code}`);
}
