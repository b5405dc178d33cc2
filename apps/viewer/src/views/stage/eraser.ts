import type { Mark } from '../../protocol/erasure.ts';
import type { InputDescription } from '../../protocol/descriptions.ts';
import type { PlanePoint, Zoom } from './zoom.ts';

/**
 * Returns the part of an input that the eraser covers: a disc or a square in the pixels of a picture, a stretch of a signal. Closer
 * by, it is as large on the screen and takes less of the picture.
 *
 * @param size its diameter, as a share of the shorter side
 */
export function eraserAt(
  { image }: Pick<InputDescription, 'image'>,
  form: Mark['form'],
  size: number,
  { x, y }: PlanePoint,
  { scale }: Zoom,
): Mark {
  if (!image) return { form: 'box', x, y: 0.5, width: size / scale, height: 1 };
  const pixels = (size * Math.min(image.width, image.height)) / scale;
  return { form, x, y, width: pixels / image.width, height: pixels / image.height };
}

/** Returns the place half an eraser further, within the picture. */
export function movedEraser(mark: Mark, by: PlanePoint): PlanePoint {
  const inside = (value: number): number => Math.max(0, Math.min(1, value));
  return { x: inside(mark.x + (by.x * mark.width) / 2), y: inside(mark.y + (by.y * mark.height) / 2) };
}
