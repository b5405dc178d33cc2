import type { Fit } from '@ablation-cam/model';
import type { InputDescription } from '../protocol/descriptions.ts';

type FittedInput = Pick<InputDescription, 'givenSize' | 'shape'>;

/** Height and width of a picture that has other proportions than the network takes; null for one that fits, and for what is none. */
export function otherSize({
  givenSize,
  shape: [rows = 1, columns = 1],
}: FittedInput): FittedInput['givenSize'] {
  if (!givenSize) return null;
  const [height, width] = givenSize;
  // Whole pixels cannot always have the very proportions.
  return Math.abs(height * columns - width * rows) > Math.max(rows, columns) ? givenSize : null;
}

const DONE: Readonly<Record<Fit, string>> = {
  squash: 'squashed to',
  crop: 'cropped to the middle for',
  pad: 'padded with black for',
};

/**
 * Says how a picture of other proportions came into those of the network, "900 × 500 pixels, squashed to 64 × 64": wherever the
 * picture is shown or saved, it is as the network gets it.
 *
 * @returns null where nothing had to be done
 */
export function fittedWords(input: FittedInput, fit: Fit): string | null {
  const size = otherSize(input);
  if (!size) return null;
  const [rows = 1, columns = 1] = input.shape;
  const [height, width] = size;
  return `${width} × ${height} pixels, ${DONE[fit]} ${columns} × ${rows}`;
}
