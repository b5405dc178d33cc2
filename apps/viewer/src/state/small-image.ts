import type { OriginalImage } from '@ablation-cam/model';

/**
 * Returns an image whose longer side is at most `longestSide` pixels, each the mean of the pixels it stands for; one that is small
 * enough comes back as it is.
 */
export function smallImage(image: OriginalImage, longestSide: number): OriginalImage {
  const scale = longestSide / Math.max(image.width, image.height);
  if (scale >= 1) return image;
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [edge(y, height, image.height), edge(y + 1, height, image.height)];
    for (let x = 0; x < width; x++) {
      const [left, right] = [edge(x, width, image.width), edge(x + 1, width, image.width)];
      rgb.set(meanColor(image, left, right, top, bottom), 3 * (y * width + x));
    }
  }
  return { width, height, rgb };
}

function edge(index: number, count: number, length: number): number {
  return Math.floor((index * length) / count);
}

function meanColor(
  { rgb, width }: OriginalImage,
  left: number,
  right: number,
  top: number,
  bottom: number,
): [number, number, number] {
  let [red, green, blue] = [0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let i = 3 * (y * width + left); i < 3 * (y * width + right); i += 3) {
      red += rgb[i]!;
      green += rgb[i + 1]!;
      blue += rgb[i + 2]!;
    }
  }
  const count = (right - left) * (bottom - top);
  return [Math.round(red / count), Math.round(green / count), Math.round(blue / count)];
}
