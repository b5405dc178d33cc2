import * as tf from '@tensorflow/tfjs';
import { samePositions } from './convolutions.ts';
import {
  call,
  chance,
  channelsOf,
  elementsOf,
  positionsOf,
  type Block,
  type Drawing,
  type Symbolic,
} from './drawing.ts';
import { globalPooling } from './windows.ts';

const { add, average, maximum, minimum, multiply } = tf.layers;

/** A connection around some blocks; where they change the positions, around a convolution. */
export const residual: Block = (drawing, x) => {
  const inside = drawing.blocks(x, drawing.random.integer(0, 2));
  const isSame = positionsOf(inside).every((length, axis) => length === positionsOf(x)[axis]);
  const branch = samePositions(drawing, isSame ? inside : x, channelsOf(x));
  return merged(drawing, shuffled(drawing, [x, branch]));
};

/** Three tensors, one with a single channel for all, or a tensor with itself. */
export const several: Block = (drawing, x) => {
  const branches = [samePositions(drawing, x, 1), samePositions(drawing, x, channelsOf(x))];
  return merged(
    drawing,
    drawing.random.pick([
      [x, ...branches],
      [x, ...branches.slice(0, 1)],
      [x, x],
    ]),
  );
};

/** Along the channels or an axis of positions. */
export const concatenation: Block = (drawing, x) => {
  const isAlongChannels = chance(drawing, 0.7);
  const filters = isAlongChannels ? drawing.random.integer(1, 4) : channelsOf(x);
  const axis = isAlongChannels ? -1 : drawing.random.integer(1, positionsOf(x).length);
  const parts = [x, samePositions(drawing, x, filters)];
  if (elementsOf(x) < 200 && chance(drawing, 0.3)) parts.push(samePositions(drawing, x, filters));
  return call(tf.layers.concatenate({ axis }), ...shuffled(drawing, parts));
};

/** Squeeze and excitation: every channel times a factor made of all of them. */
export const gate: Block = (drawing, x) => {
  const { random } = drawing;
  const channels = channelsOf(x);
  const squeezed = globalPooling(drawing, x);
  const hidden = call(
    tf.layers.dense({ units: random.integer(1, 4), activation: random.pick(['relu', 'swish']) }),
    squeezed,
  );
  const factors = call(
    tf.layers.dense({ units: channels, activation: random.pick(['sigmoid', 'hardSigmoid']) }),
    hidden,
  );
  if (chance(drawing, 0.3)) return call(multiply(), x, factors);
  const ones = positionsOf(x).map(() => 1);
  return call(multiply(), x, call(tf.layers.reshape({ targetShape: [...ones, channels] }), factors));
};

function merged(drawing: Drawing, parts: Symbolic[]): Symbolic {
  const merge = drawing.random.pick([add, add, average, maximum, minimum, multiply]);
  return call(merge(), ...parts);
}

function shuffled(drawing: Drawing, parts: Symbolic[]): Symbolic[] {
  return chance(drawing, 0.5) ? parts : parts.reverse();
}
