import { sizeOf, type Shape } from '../tail/shape.ts';
import type { ProgramBuilder } from './program-builder.ts';
import type { Tensor } from './program.ts';

/**
 * The deltas of a chunk while a step makes them. A depthwise convolution, which gives the contributions of all channels,
 * leaves the variants side by side along the channels: `inside`, `[inputs, ...positions, variants, channels]`. Moving them
 * to the front, `[inputs, variants, ...positions, channels]`, costs a pass over all of it, so that waits until pooling has
 * made it small. Both are images to a pooling operation, and a base can be broadcast against both.
 */
export interface Change {
  readonly tensor: Tensor;
  readonly inside: boolean;
  readonly positions: Shape;
  readonly channels: number;
}

/** With the variants in front, `[inputs * variants, ...positions, channels]`. */
export function variantsInFront(b: ProgramBuilder, { tensor, inside, positions, channels }: Change): Tensor {
  const rows = [b.rows(), ...positions, channels];
  if (!inside) return b.reshape(tensor, rows);
  const split = b.reshape(tensor, [b.inputs(), sizeOf(positions), b.variants(), channels]);
  return b.reshape(b.transpose(split, [0, 2, 1, 3]), rows);
}

/** Applies `f` to the deltas and a tensor of the base, `[inputs, ...positions, channels]`, broadcast over the variants. */
export function withBase(
  b: ProgramBuilder,
  change: Change,
  base: Tensor,
  f: (delta: Tensor, base: Tensor) => Tensor,
): Change {
  const { tensor, inside, positions, channels } = change;
  const size = sizeOf(positions);
  const aligned = inside
    ? ([
        [b.inputs(), size, b.variants(), channels],
        [b.inputs(), size, 1, channels],
      ] as const)
    : ([
        [b.inputs(), b.variants(), size * channels],
        [b.inputs(), 1, size * channels],
      ] as const);
  return { ...change, tensor: f(b.reshape(tensor, aligned[0]), b.reshape(base, aligned[1])) };
}

/** The deltas as images, `[batch, height, width, channels]`: of every variant, or of all variants' channels. */
export function changeImages(b: ProgramBuilder, { tensor, inside, positions, channels }: Change): Tensor {
  const [height = 1, width = 1] = positions.length > 2 ? [sizeOf(positions)] : positions;
  return inside
    ? b.reshape(tensor, [b.inputs(), height, width, b.variants(channels)])
    : b.reshape(tensor, [b.rows(), height, width, channels]);
}
