import type * as tf from '@tensorflow/tfjs';
import { sizeOf, type Shape, type ValueId } from '@ablation-cam/kernels';
import type { Chunk, Values } from './values.ts';

/**
 * The deltas of a chunk while a step makes them. A depthwise convolution, which gives the contributions of all channels,
 * leaves the variants side by side along the channels: `inside`, `[inputs, ...positions, variants, channels]`. Moving them
 * to the front, `[inputs, variants, ...positions, channels]`, costs a pass over all of it, so that waits until pooling has
 * made it small. Both are images to a pooling operation, and a base can be broadcast against both.
 */
export interface Change {
  readonly tensor: tf.Tensor;
  readonly inside: boolean;
  readonly positions: Shape;
  readonly channels: number;
}

/** With the variants in front, `[inputs * variants, ...positions, channels]`. */
export function variantsInFront({ tensor, inside, positions, channels }: Change, chunk: Chunk): tf.Tensor {
  const rows = [chunk.inputs * chunk.variants, ...positions, channels];
  if (!inside || chunk.variants === 1) return tensor.reshape(rows);
  const split = tensor.reshape([chunk.inputs, sizeOf(positions), chunk.variants, channels]);
  return split.transpose([0, 2, 1, 3]).reshape(rows);
}

/** Applies `f` to the deltas and to tensors of the base, `[inputs, ...positions, channels]`, broadcast over the variants. */
export function withBase(
  change: Change,
  chunk: Chunk,
  base: readonly tf.Tensor[],
  f: (delta: tf.Tensor, base: readonly tf.Tensor[]) => tf.Tensor,
): Change {
  const { inputs, variants } = chunk;
  const { tensor, inside, positions, channels } = change;
  const size = sizeOf(positions);
  const [whole, repeated] = inside
    ? [
        [inputs, size, variants, channels],
        [inputs, size, 1, channels],
      ]
    : [
        [inputs, variants, size * channels],
        [inputs, 1, size * channels],
      ];
  const aligned = base.map((x) => x.reshape(repeated));
  return { ...change, tensor: f(tensor.reshape(whole), aligned) };
}

/** The deltas as images, `[batch, height, width, channels]`: of every variant, or of all variants' channels. */
export function changeImages({ tensor, inside, positions, channels }: Change, chunk: Chunk): tf.Tensor4D {
  const [height = 1, width = 1] = positions.length > 2 ? [sizeOf(positions)] : positions;
  return inside
    ? tensor.reshape([chunk.inputs, height, width, chunk.variants * channels])
    : tensor.reshape([chunk.inputs * chunk.variants, height, width, channels]);
}

/** Adds the deltas that other parts of the layer's input gave, where there are some. */
export function plusPartial(change: Change, partial: ValueId | null, values: Values, chunk: Chunk): Change {
  if (partial === null) return change;
  const { positions, channels } = change;
  const sum = variantsInFront(change, chunk).add(values.get(partial, [...positions, channels]));
  return { ...change, tensor: sum, inside: false };
}
