import type { ResizeOperation } from '../../operations/resize.ts';
import { channelsOf, type Shape } from '../../tail/shape.ts';
import { definite, type ProgramBuilder } from '../program-builder.ts';
import type { Tensor } from '../program.ts';

/** `before` zeros at the start of each position axis, and as many after as the shape says. */
export function padPositions(b: ProgramBuilder, x: Tensor, before: readonly number[], shape: Shape): Tensor {
  const lengths = definite(b.shape(x).slice(1, -1));
  const zeros = lengths.map((length, axis): [number, [number, number]] => {
    const front = before[axis] ?? 0;
    return [axis + 1, [front, (shape[axis] ?? length) - length - front]];
  });
  return b.pad(x, new Map(zeros));
}

export function cropPositions(b: ProgramBuilder, x: Tensor, before: readonly number[], shape: Shape): Tensor {
  const cells = shape.slice(0, -1).map((length, axis): [number, { start: number; length: number }] => {
    return [axis + 1, { start: before[axis] ?? 0, length }];
  });
  return b.slice(x, new Map(cells));
}

/** `[batch, height, width, channels]` at another size, as `ResizeOperation` defines it. */
export function resize(
  b: ProgramBuilder,
  { interpolation }: ResizeOperation,
  x: Tensor,
  shape: Shape,
): Tensor {
  const [batch = 1, rows, columns] = b.shape(x);
  const [height = 1, width = 1] = shape;
  if (interpolation === 'bilinear') {
    return b.add({ kind: 'resize-bilinear' }, [x], [batch, height, width, channelsOf(shape)]);
  }
  // Chosen by whole numbers: libraries round the ratio of the sizes to float32, and may take the cell before.
  const [fromRows = 1, fromColumns = 1] = definite([rows ?? 1, columns ?? 1]);
  return nearest(b, nearest(b, x, 1, fromRows, height), 2, fromColumns, width);
}

function nearest(b: ProgramBuilder, x: Tensor, axis: number, from: number, to: number): Tensor {
  if (from === to) return x;
  const cells = Int32Array.from({ length: to }, (_, n) => Math.floor((n * from) / to));
  return b.gather(x, b.constant(cells, [to]), axis);
}
