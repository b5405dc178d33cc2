import * as tf from '@tensorflow/tfjs';
import { KerasConvolution } from '@ablation-cam/model/testing';
import { activationName } from './activations.ts';
import {
  call,
  chance,
  channelsOf,
  positionsOf,
  windowOf,
  type Block,
  type Drawing,
  type Symbolic,
} from './drawing.ts';

/** A convolution with few filters; where the window may be dilated it does not jump as well, as TensorFlow.js demands. */
export const convolution: Block = (drawing, x) => convolutionOf(drawing, x, drawing.random.integer(1, 7));

export function convolutionOf(drawing: Drawing, x: Symbolic, filters: number): Symbolic {
  const { random, isImage } = drawing;
  const kernelSize = windowOf(drawing, x, 3);
  const dilationRate = chance(drawing, 0.2) ? 2 : 1;
  const strides = dilationRate === 1 ? random.pick([1, 1, 2]) : 1;
  const fits = kernelSize.every((size, axis) => (size - 1) * dilationRate < (positionsOf(x)[axis] ?? 1));
  const padding = fits && chance(drawing, 0.4) ? 'valid' : 'same';
  const args = { filters, strides, dilationRate, padding, ...activationAndBias(drawing) } as const;
  const [rows, columns = 1] = kernelSize;
  // TensorFlow.js has no causal convolution.
  if (!isImage && chance(drawing, 0.15)) {
    const name = `causal_${String(random.integer(0, 1e9))}`;
    const along = {
      kernelSize,
      strides: [strides],
      dilationRate: [dilationRate],
      padding: 'causal',
    } as const;
    return call(new KerasConvolution({ ...args, ...along, name }), x);
  }
  return call(
    isImage
      ? tf.layers.conv2d({ ...args, kernelSize: [rows, columns] })
      : tf.layers.conv1d({ ...args, kernelSize: rows }),
    x,
  );
}

/** A convolution that keeps the positions. */
export function samePositions(drawing: Drawing, x: Symbolic, filters: number): Symbolic {
  const args = { filters, kernelSize: drawing.random.pick([1, 2, 3]), padding: 'same' } as const;
  const all = { ...args, ...activationAndBias(drawing) };
  return call(drawing.isImage ? tf.layers.conv2d(all) : tf.layers.conv1d(all), x);
}

/** A dilation is asked for now and then, and ignored by TensorFlow.js. */
export const depthwise: Block = (drawing, x) => {
  if (!drawing.isImage) return convolution(drawing, x);
  const layer = tf.layers.depthwiseConv2d({
    ...depthwiseArguments(drawing, x),
    dilationRate: drawing.random.pick([1, 1, 2]),
    ...activationAndBias(drawing),
  });
  return call(layer, x);
};

export const separable: Block = (drawing, x) => {
  if (!drawing.isImage) return convolution(drawing, x);
  const filters = drawing.random.integer(1, 5);
  const args = { ...depthwiseArguments(drawing, x), filters, ...activationAndBias(drawing) };
  return call(tf.layers.separableConv2d(args), x);
};

/** On a feature map: the last axis only, at every position. */
export const denseBlock: Block = (drawing, x) =>
  call(tf.layers.dense({ units: drawing.random.integer(1, 6), ...activationAndBias(drawing) }), x);

function depthwiseArguments(
  drawing: Drawing,
  x: Symbolic,
): { kernelSize: [number, number]; strides: number; padding: 'same' | 'valid'; depthMultiplier: number } {
  const { random } = drawing;
  const [rows, columns = 1] = windowOf(drawing, x, 3);
  return {
    kernelSize: [rows, columns],
    strides: random.pick([1, 1, 2]),
    padding: random.pick(['same', 'valid'] as const),
    // Few channels stay few.
    depthMultiplier: channelsOf(x) > 16 ? 1 : random.integer(1, 3),
  };
}

function activationAndBias(drawing: Drawing): {
  activation: ReturnType<typeof activationName>;
  useBias: boolean;
} {
  return { activation: activationName(drawing), useBias: chance(drawing, 0.7) };
}
