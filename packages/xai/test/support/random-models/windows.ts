import * as tf from '@tensorflow/tfjs';
import { call, chance, positionsOf, windowOf, type Block } from './drawing.ts';

/** Windows of any shape that fits, with or without overlap and padding. */
export const pooling: Block = (drawing, x) => {
  const { random, isImage } = drawing;
  const [rows, columns = 1] = windowOf(drawing, x, 3);
  const padding = random.pick(['same', 'valid'] as const);
  const isMax = chance(drawing, 0.5);
  const [down, right] = [random.integer(1, 2), random.integer(1, 2)];
  if (isImage) {
    const args = { poolSize: [rows, columns], strides: [down, right], padding } satisfies Parameters<
      typeof tf.layers.maxPooling2d
    >[0];
    return call(isMax ? tf.layers.maxPooling2d(args) : tf.layers.averagePooling2d(args), x);
  }
  const args = { poolSize: rows, strides: down, padding };
  return call(isMax ? tf.layers.maxPooling1d(args) : tf.layers.averagePooling1d(args), x);
};

/** The channels alone. */
export const globalPooling: Block = (drawing, x) => {
  const isMax = chance(drawing, 0.35);
  if (drawing.isImage) {
    return call(isMax ? tf.layers.globalMaxPooling2d({}) : tf.layers.globalAveragePooling2d({}), x);
  }
  return call(isMax ? tf.layers.globalMaxPooling1d({}) : tf.layers.globalAveragePooling1d({}), x);
};

export const zeroPadding: Block = ({ random, isImage }, x) => {
  if (!isImage) return x;
  const pair = (): [number, number] => [random.integer(0, 2), random.integer(0, 1)];
  return call(tf.layers.zeroPadding2d({ padding: [pair(), pair()] }), x);
};

export const cropping: Block = ({ random, isImage }, x) => {
  if (!isImage) return x;
  const [rows = [0, 0], columns = [0, 0]] = positionsOf(x).map((length): [number, number] => {
    const before = random.integer(0, Math.min(2, length - 1));
    return [before, random.integer(0, Math.min(1, length - 1 - before))];
  });
  return call(tf.layers.cropping2D({ cropping: [rows, columns] }), x);
};

export const upSampling: Block = ({ random, isImage }, x) => {
  if (!isImage) return x;
  const size: [number, number] = [random.integer(1, 2), random.integer(1, 3)];
  return call(tf.layers.upSampling2d({ size, interpolation: random.pick(['nearest', 'bilinear']) }), x);
};
