import { XaiError } from '../errors.ts';
import type { FloatArray, PositionMap } from '../explanation/explanation.ts';

/** The window along each axis, cut to the largest odd number that fits. */
const WINDOW = 7;
const C1 = 0.01 ** 2;
const C2 = 0.03 ** 2;

/**
 * Returns the structural similarity (SSIM) of two maps with values in [0, 1], over one or two axes of positions: 1 for
 * equal maps. The mean over all places of a uniform window that lies inside the map.
 *
 * Source: Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity", IEEE TIP 2004, Eq. 13,
 * with the uniform window of 7 and the sample (co)variances of scikit-image instead of a Gaussian.
 *
 * @throws XaiError `invalid-input` for maps of different shapes
 */
export function structuralSimilarity(a: PositionMap<FloatArray>, b: PositionMap<FloatArray>): number {
  if (a.shape.join() !== b.shape.join()) {
    throw new XaiError(
      'invalid-input',
      `Maps of the shapes [${a.shape.join(', ')}] and [${b.shape.join(', ')}] cannot be compared; resize one of them.`,
    );
  }
  const [rows, columns] = a.shape.length === 1 ? [1, a.shape[0]!] : [a.shape[0]!, a.shape[1]!];
  const [height, width] = [windowOf(rows), windowOf(columns)];
  const count = height * width;
  // The unbiased estimate; a window of one value has no variance.
  const unbiased = count > 1 ? count / (count - 1) : 0;
  let total = 0;
  for (let top = 0; top + height <= rows; top++) {
    for (let left = 0; left + width <= columns; left++) {
      let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0];
      for (let row = top; row < top + height; row++) {
        for (let column = left; column < left + width; column++) {
          const [p, q] = [a.data[row * columns + column]!, b.data[row * columns + column]!];
          x += p / count;
          y += q / count;
          xx += (p * p) / count;
          yy += (q * q) / count;
          xy += (p * q) / count;
        }
      }
      const [vx, vy, vxy] = [unbiased * (xx - x * x), unbiased * (yy - y * y), unbiased * (xy - x * y)];
      total += ((2 * x * y + C1) * (2 * vxy + C2)) / ((x * x + y * y + C1) * (vx + vy + C2));
    }
  }
  return total / ((rows - height + 1) * (columns - width + 1));
}

function windowOf(length: number): number {
  return Math.min(WINDOW, length % 2 === 1 ? length : Math.max(1, length - 1));
}
