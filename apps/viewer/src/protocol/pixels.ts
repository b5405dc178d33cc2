import type { OriginalImage } from '@ablation-cam/model';

/** Returns an 8-bit image with its opacity, as canvases take it. */
export function rgbaOf({ width, height, rgb }: OriginalImage): ImageData {
  const pixels = new ImageData(width, height);
  const { data } = pixels;
  // A loop over plain indices: a photograph has millions of pixels.
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    data[to] = rgb[from]!;
    data[to + 1] = rgb[from + 1]!;
    data[to + 2] = rgb[from + 2]!;
    data[to + 3] = 255;
  }
  return pixels;
}

/** Returns the colors of pixels without their opacity, 8-bit RGB. */
export function rgbOf({ width, height, data }: ImageData): OriginalImage {
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from]!;
    rgb[to + 1] = data[from + 1]!;
    rgb[to + 2] = data[from + 2]!;
  }
  return { width, height, rgb };
}
