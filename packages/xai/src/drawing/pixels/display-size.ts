export interface DisplaySize {
  readonly width: number;
  readonly height: number;
}

/** About how long the longer side of a picture is, in pixels. */
export const DEFAULT_SIZE = 400;

/** A line of pixels thinner than this cannot be read. */
const LEAST_SIDE = 24;

/** Up to this multiple of the wanted size pixels are shown one by one, beyond it they are averaged. */
const TOLERANCE = 1.5;

/**
 * Returns how large a picture of `width` x `height` pixels is drawn when its longer side should be about `size`: a whole
 * multiple of its pixels, so that none is blurred, or for large pictures `size` itself. The aspect ratio is kept, except that
 * no side is shorter than 24 pixels.
 */
export function displaySize(width: number, height: number, size: number): DisplaySize {
  const longest = Math.max(width, height);
  const factor = longest > TOLERANCE * size ? size / longest : Math.max(1, Math.round(size / longest));
  return scaled(width, height, factor);
}

/** Returns the largest size with the aspect ratio of `width` x `height` inside a box, no side shorter than 24 pixels. */
export function sizeInBox({ width, height }: DisplaySize, box: DisplaySize): DisplaySize {
  return scaled(width, height, Math.min(box.width / width, box.height / height));
}

function scaled(width: number, height: number, factor: number): DisplaySize {
  const side = (length: number) => Math.max(LEAST_SIDE, Math.round(length * factor));
  return { width: side(width), height: side(height) };
}
