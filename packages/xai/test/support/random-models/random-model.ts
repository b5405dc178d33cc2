import * as tf from '@tensorflow/tfjs';
import type { SeededRandom } from '@ablation-cam/tools/testing';
import {
  activation,
  batchNormalization,
  groupNormalization,
  layerNormalization,
  noise,
  rescaling,
} from './activations.ts';
import { convolution, convolutionOf, denseBlock, depthwise, separable } from './convolutions.ts';
import { byOwnLayers } from './by-own-layers.ts';
import { call, elementsOf, type Block, type Drawing, type Symbolic } from './drawing.ts';
import { head } from './head.ts';
import { concatenation, gate, residual, several } from './joins.ts';
import { flatten, permute, repeated, reshape } from './moves.ts';
import { setRandomWeights } from './random-weights.ts';
import { nested, shared } from './reuse.ts';
import { cropping, pooling, upSampling, zeroPadding } from './windows.ts';
import { withoutRule } from './without-rule.ts';

const BLOCKS: readonly Block[] = [
  ...[convolution, convolution, depthwise, depthwise, separable, separable, denseBlock],
  ...[
    activation,
    activation,
    activation,
    activation,
    groupNormalization,
    batchNormalization,
    layerNormalization,
  ],
  ...[layerNormalization, rescaling, noise, noise, noise],
  ...[
    pooling,
    pooling,
    pooling,
    zeroPadding,
    zeroPadding,
    cropping,
    cropping,
    upSampling,
    permute,
    reshape,
    flatten,
    repeated,
  ],
  ...[residual, residual, several, several, concatenation, concatenation, gate, gate, nested, shared, shared],
];

/** Beyond this many elements a feature map is pooled before anything else: the oracle's time grows with K times that. */
const LARGE = 400;

/**
 * A small classifier drawn from a seed: of a signal or an image, with blocks of every kind of layer that has a rule, now and
 * then one without, one or two inputs and outputs. The caller disposes of it.
 *
 * @param hasOwnLayers whether layers without a rule are those of TensorFlow.js, which have no definition in float64 here
 */
export function randomModel(random: SeededRandom, hasOwnLayers: boolean): tf.LayersModel {
  const isImage = random.uniform() < 0.6;
  const hasUnknown = random.uniform() < 0.12;
  const unknown = hasOwnLayers ? byOwnLayers : withoutRule;
  const pool = hasUnknown || hasOwnLayers ? [...BLOCKS, ...new Array<Block>(12).fill(unknown)] : BLOCKS;
  const drawing: Drawing = {
    random,
    isImage,
    hasOwnLayers,
    blocks: (x, count) => {
      let y = x;
      for (let i = 0; i < count; i++) y = (elementsOf(y) > LARGE ? shrunk : random.pick(pool))(drawing, y);
      return y;
    },
  };
  const sizes = isImage ? [random.integer(3, 9), random.integer(4, 8)] : [random.integer(5, 17)];
  const input = tf.input({ shape: [...sizes, random.integer(1, 3)] });
  const facts = random.uniform() < 0.1 ? tf.input({ shape: [random.integer(1, 4)] }) : null;
  const filters = random.pick([1, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 13, 17, 33, 65]);
  const first = random.uniform() < 0.5 ? pooling(drawing, input) : input;
  const features = drawing.blocks(convolutionOf(drawing, first, filters), random.integer(2, 6));
  const outputs = [head(drawing, features, 'first', facts)];
  if (random.uniform() < 0.15) outputs.push(head(drawing, features, 'second', null));
  const model = tf.model({ inputs: facts === null ? input : [input, facts], outputs });
  setRandomWeights(model, random);
  return model;
}

function shrunk(drawing: Drawing, x: Symbolic): Symbolic {
  const layer = drawing.isImage
    ? tf.layers.averagePooling2d({ poolSize: 2, padding: 'same' })
    : tf.layers.averagePooling1d({ poolSize: 2, padding: 'same' });
  return call(layer, x);
}
