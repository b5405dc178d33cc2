import type { Mark } from '../../protocol/erasure.ts';
import type { InputDescription } from '../../protocol/descriptions.ts';
import { aspectOf } from '../../state/aspect.ts';
import type { PlanePoint, Zoom } from './zoom.ts';

/**
 * Returns the part of an input that the eraser covers: a disc or a square of a picture as the network gets it, a stretch of a signal. Closer
 * by, it is as large on the screen and takes less of the picture.
 *
 * @param size its diameter, as a share of the shorter side
 */
export function eraserAt(
  input: Pick<InputDescription, 'image' | 'shape'>,
  form: Mark['form'],
  size: number,
  { x, y }: PlanePoint,
  { scale }: Zoom,
): Mark {
  if (!input.image) return { form: 'box', x, y: 0.5, width: size / scale, height: 1 };
  const aspect = aspectOf(input);
  const across = size / scale / Math.max(1, aspect);
  return { form, x, y, width: across, height: across * aspect };
}

/** Returns the place half an eraser further, within the picture. */
export function movedEraser(mark: Mark, by: PlanePoint): PlanePoint {
  const inside = (value: number): number => Math.max(0, Math.min(1, value));
  return { x: inside(mark.x + (by.x * mark.width) / 2), y: inside(mark.y + (by.y * mark.height) / 2) };
}
