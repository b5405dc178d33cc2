import { resizedAxis, type ResizeOperation } from '../../operations/resize.ts';
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
export function resize(b: ProgramBuilder, operation: ResizeOperation, x: Tensor, shape: Shape): Tensor {
  const [batch = 1, rows, columns] = b.shape(x);
  const [height = 1, width = 1] = shape;
  const { interpolation, coordinates } = operation;
  if (interpolation === 'bilinear') {
    return b.add({ kind: 'resize-bilinear', coordinates }, [x], [batch, height, width, channelsOf(shape)]);
  }
  // Chosen by whole numbers: libraries round the ratio of the sizes to float32, and may take the cell before.
  const [fromRows = 1, fromColumns = 1] = definite([rows ?? 1, columns ?? 1]);
  const resized = nearest(b, operation, x, 1, fromRows, height);
  return nearest(b, operation, resized, 2, fromColumns, width);
}

function nearest(
  b: ProgramBuilder,
  operation: ResizeOperation,
  x: Tensor,
  axis: number,
  from: number,
  to: number,
): Tensor {
  if (from === to) return x;
  const { factor, shift, divisor } = resizedAxis(operation, from, to);
  const cells = Int32Array.from({ length: to }, (_, n) => Math.floor((n * factor + shift) / divisor));
  return b.gather(x, b.constant(cells, [to]), axis);
}
