import * as tf from '@tensorflow/tfjs';
import { activationName } from './activations.ts';
import { call, chance, type Drawing, type Symbolic } from './drawing.ts';
import { globalPooling } from './windows.ts';

/** The layers that make the logits carry this in their names. */
export const CLASSES = 'classes';

/**
 * From a feature map to class scores: pooled or flat, a hidden layer, another input's facts beside it, and one of the ways in
 * which networks end.
 *
 * @param name of the last layer, and so of the output
 */
export function head(drawing: Drawing, x: Symbolic, name: string, facts: Symbolic | null): Symbolic {
  const { random } = drawing;
  if (chance(drawing, 0.15)) return convolutionalHead(drawing, x, name);
  let y = chance(drawing, 0.5) ? globalPooling(drawing, x) : call(tf.layers.flatten(), x);
  if (chance(drawing, 0.4)) {
    y = call(tf.layers.dense({ units: random.integer(2, 9), activation: activationName(drawing) }), y);
  }
  if (facts !== null) {
    const known = call(tf.layers.dense({ units: 2, activation: 'tanh' }), facts);
    y = call(
      tf.layers.concatenate(),
      ...random.pick([
        [known, y],
        [y, known],
      ]),
    );
  }
  if (chance(drawing, 0.2)) y = call(tf.layers.dropout({ rate: 0.5 }), y);
  // The types of TensorFlow.js do not know logSoftmax.
  const logSoftmax = 'logSoftmax' as 'softmax';
  const activation = random.pick([...(['softmax', 'softmax', 'sigmoid', 'linear'] as const), logSoftmax]);
  const classes = random.integer(1, 6);
  const units = activation === 'sigmoid' ? random.pick([1, 1, 2, 3, 5]) : classes;
  if (chance(drawing, 0.7))
    return call(tf.layers.dense({ units, activation, name: `${name}_${CLASSES}` }), y);
  const logits = call(tf.layers.dense({ units, name: `${name}_${CLASSES}` }), y);
  const isSoftmaxLayer = activation === 'softmax' && chance(drawing, 0.5);
  return call(isSoftmaxLayer ? tf.layers.softmax() : tf.layers.activation({ activation }), logits);
}

/** A map for every class and its mean, as in fully convolutional classifiers. */
function convolutionalHead(drawing: Drawing, x: Symbolic, name: string): Symbolic {
  const args = { filters: drawing.random.integer(2, 5), kernelSize: 1, name: `${name}_${CLASSES}` };
  const maps = call(drawing.isImage ? tf.layers.conv2d(args) : tf.layers.conv1d(args), x);
  return call(tf.layers.activation({ activation: 'softmax' }), globalPooling(drawing, maps));
}
