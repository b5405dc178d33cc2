import * as tf from '@tensorflow/tfjs';
import { call, elementsOf, sizesOf, type Block } from './drawing.ts';
import { globalPooling } from './windows.ts';

/** The axes in another order, so that channels become positions. */
export const permute: Block = ({ random }, x) => {
  const dims = sizesOf(x).map((_, axis) => axis + 1);
  for (let axis = dims.length - 1; axis > 0; axis--) {
    const other = random.integer(0, axis);
    [dims[axis], dims[other]] = [dims[other] ?? 0, dims[axis] ?? 0];
  }
  return call(tf.layers.permute({ dims }), x);
};

/** The same values in the same order under sizes in another order: cells of several channels meet in one. */
export const reshape: Block = ({ random }, x) => {
  const sizes = sizesOf(x);
  const targetShape = random.pick([
    sizes.toReversed(),
    [...sizes.slice(1), sizes[0] ?? 1],
    sizes.length === 2
      ? [1, elementsOf(x)]
      : [1, ...sizes.slice(0, -2), (sizes.at(-2) ?? 1) * (sizes.at(-1) ?? 1)],
  ]);
  return call(tf.layers.reshape({ targetShape }), x);
};

/** Through a flat vector and back. */
export const flatten: Block = (_, x) => {
  const flat = call(tf.layers.flatten(), x);
  return call(tf.layers.reshape({ targetShape: sizesOf(x) }), flat);
};

/** The channels alone, the same at each of some positions. */
export const repeated: Block = (drawing, x) => {
  const { random, isImage } = drawing;
  const pooled = globalPooling(drawing, x);
  const [rows, columns] = [random.integer(1, 3), random.integer(1, 2)];
  const repeat = call(tf.layers.repeatVector({ n: isImage ? rows * columns : rows }), pooled);
  if (!isImage) return repeat;
  return call(tf.layers.reshape({ targetShape: [rows, columns, sizesOf(pooled)[0] ?? 1] }), repeat);
};
