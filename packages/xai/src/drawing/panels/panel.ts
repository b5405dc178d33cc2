import type { SvgMarkup } from '../svg/markup.ts';

/** A piece of a drawing whose top left corner is at (0, 0) and that takes the room of its size. */
export interface Panel {
  readonly width: number;
  readonly height: number;
  /** Where below labels the picture itself begins, with which a neighbour is put in line; 0 where absent. */
  readonly pictureTop?: number;
  readonly markup: SvgMarkup;
}
