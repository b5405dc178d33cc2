/** An image of 8-bit values, `[height, width, channels]`, row-major, channels interleaved. */
export interface ByteImage {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
  /** Whether parts of the file could be seen through. */
  readonly hadTransparency?: boolean;
}

/** What becomes of transparency: it is dropped, as PIL's `convert('RGB')` does, or the image is laid on white. */
export type Transparency = 'drop' | 'white';

/** Colors of a pixel buffer with 1 (grey), 2 (grey, alpha), 3 or 4 (color, alpha) channels. */
export function toRgb(image: ByteImage, transparency: Transparency = 'drop'): ByteImage {
  const { width, height, channels, data } = image;
  if (channels === 3) return image;
  const [green, blue] = channels >= 3 ? [1, 2] : [0, 0];
  const rgb = new Uint8Array(width * height * 3);
  const alphaAt = channels % 2 === 0 ? channels - 1 : null;
  let hadTransparency = false;
  for (let pixel = 0; pixel < width * height; pixel++) {
    const from = pixel * channels;
    const to = pixel * 3;
    rgb[to] = data[from]!;
    rgb[to + 1] = data[from + green]!;
    rgb[to + 2] = data[from + blue]!;
    const alpha = alphaAt === null ? 255 : data[from + alphaAt]!;
    if (alpha === 255) continue;
    hadTransparency = true;
    if (transparency === 'drop') continue;
    for (let i = to; i < to + 3; i++) rgb[i] = Math.round((rgb[i]! * alpha + 255 * (255 - alpha)) / 255);
  }
  return { width, height, channels: 3, data: rgb, hadTransparency };
}

/** Luma of an RGB image by ITU-R BT.601 in 16-bit fixed point: PIL's `convert('L')`, bit for bit. */
export function toGrey(image: ByteImage): ByteImage {
  const { width, height, data } = image;
  const grey = new Uint8Array(width * height);
  for (let pixel = 0; pixel < grey.length; pixel++) {
    const red = data[pixel * 3]!;
    const green = data[pixel * 3 + 1]!;
    const blue = data[pixel * 3 + 2]!;
    grey[pixel] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }
  return { width, height, channels: 1, data: grey };
}
