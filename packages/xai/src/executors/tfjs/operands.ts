import * as tf from '@tensorflow/tfjs';
import {
  channelsOf,
  ownerMap,
  positionsOf,
  sizeOf,
  type Operand,
  type Segment,
  type Shape,
} from '@ablation-cam/kernels';
import type { Chunk, Values } from './values.ts';

/** Some neighbouring channels of `[...axes, channels]`. */
export function channelSlice(x: tf.Tensor, { start, length }: Segment): tf.Tensor {
  const channels = x.shape.at(-1) ?? 1;
  if (length === channels) return x;
  const begin = x.shape.map((_, axis) => (axis === x.rank - 1 ? start : 0));
  return x.slice(begin, [...x.shape.slice(0, -1), length]);
}

export function wholeOf(shape: Shape): Segment {
  return { start: 0, length: channelsOf(shape) };
}

/** The base of an operand that a step reads, `[inputs, ...shape]`. */
export function operandBase({ base, shape }: Operand, values: Values): tf.Tensor {
  if (base === null) throw new RangeError('A step reads a base that the plan does not give it.');
  return values.get(base, shape);
}

/** The deltas of an operand, `[inputs * variants, ...positions, segment.length]`; zeros where it has none. */
export function operandDelta(
  operand: Operand,
  values: Values,
  chunk: Chunk,
  segment = wholeOf(operand.shape),
): tf.Tensor {
  const { shape } = operand;
  const rows = chunk.inputs * chunk.variants;
  switch (operand.label) {
    case 'same':
      return tf.zeros([rows, ...positionsOf(shape), segment.length]);
    case 'one-channel': {
      const difference = values.get(operand.base, shape).sub(values.get(operand.off, shape));
      const size = sizeOf(shape);
      const ownedByVariant = tf.tensor(ownedBy(ownerMap(operand.owner, size), chunk), [
        1,
        chunk.variants,
        size,
      ]);
      const deltas = difference.reshape([chunk.inputs, 1, size]).mul(ownedByVariant);
      return channelSlice(deltas.reshape([rows, ...shape]), segment);
    }
    case 'all': {
      const deltas = values.get(operand.delta, [...positionsOf(shape), operand.segment.length]);
      return resegment(deltas, operand.segment, segment);
    }
  }
}

/** 1 where an element belongs to the variant, 0 elsewhere, `[variants, elements]`. */
function ownedBy(owners: Int32Array, { first, variants }: Chunk): Float32Array {
  const owned = new Float32Array(variants * owners.length);
  owners.forEach((owner, i) => {
    const row = owner - first;
    if (owner >= 0 && row >= 0 && row < variants) owned[row * owners.length + i] = 1;
  });
  return owned;
}

/** The channels of one segment out of those of another; channels outside it are 0. */
function resegment(x: tf.Tensor, from: Segment, to: Segment): tf.Tensor {
  if (from.start === to.start && from.length === to.length) return x;
  const start = Math.max(from.start, to.start);
  const end = Math.min(from.start + from.length, to.start + to.length);
  const shape = [...x.shape.slice(0, -1), to.length];
  if (end <= start) return tf.zeros(shape);
  const common = channelSlice(x, { start: start - from.start, length: end - start });
  const paddings = shape.map((_, axis): [number, number] =>
    axis === shape.length - 1 ? [start - to.start, to.start + to.length - end] : [0, 0],
  );
  return tf.pad(common, paddings);
}
