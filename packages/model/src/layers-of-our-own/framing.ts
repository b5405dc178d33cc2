/** A part of an image, and what is put around it. */
export interface Framing {
  /** The first row and column of the part. */
  readonly start: readonly [number, number];
  /** Its height and width. */
  readonly size: readonly [number, number];
  /** Rows above and below it, columns left and right of it, as many on both sides. */
  readonly border: readonly [number, number];
}

export type Size = readonly [number, number];

export type Aspect = 'stretch' | 'crop' | 'pad';

/**
 * What Keras makes of an image before it resizes it: the middle of it with the aspect ratio that is asked for, or the whole with
 * a border that gives it that.
 *
 * Source: `resize` in `keras/src/backend/tensorflow/image.py` of Keras 3.
 */
export function framing(aspect: Aspect, [height, width]: Size, [newHeight, newWidth]: Size): Framing {
  if (aspect === 'stretch') return { start: [0, 0], size: [height, width], border: [0, 0] };
  // In single precision, as there: it decides about a row.
  const fittingHeight = Math.trunc(Math.fround(width * newHeight) / newWidth);
  const fittingWidth = Math.trunc(Math.fround(height * newWidth) / newHeight);
  if (aspect === 'crop') {
    const size = [cropped(height, fittingHeight), cropped(width, fittingWidth)] as const;
    return { start: [half(height - size[0]), half(width - size[1])], size, border: [0, 0] };
  }
  const border = [
    half(Math.max(0, fittingHeight - height)),
    half(Math.max(0, fittingWidth - width)),
  ] as const;
  return { start: [0, 0], size: [height, width], border };
}

function cropped(length: number, fitting: number): number {
  return Math.max(1, Math.min(length, fitting));
}

function half(length: number): number {
  return Math.trunc(length / 2);
}
