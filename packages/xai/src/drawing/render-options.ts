import { XaiError } from '../errors.ts';

/** How large a drawing is rendered. */
export interface RenderOptions {
  /** Pixels of the picture for one of the drawing, above 0; default 1. */
  readonly scale?: number | undefined;
}

/** @throws XaiError `invalid-option` */
export function checkedScale({ scale = 1 }: RenderOptions): number {
  if (!(scale > 0 && Number.isFinite(scale))) {
    throw new XaiError('invalid-option', `The scale of a picture is a number above 0, got ${scale}.`);
  }
  return scale;
}
