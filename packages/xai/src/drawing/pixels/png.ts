import { encode } from 'fast-png';

/** 8-bit pixels, row-major from the top left, `[height, width, channels]`; 3 channels are RGB, 4 have alpha. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly data: Uint8Array;
}

/** The pixels as a PNG in a `data:` URI. */
export function pngDataUri({ width, height, channels, data }: Pixels): string {
  const png = encode({ width, height, channels, data, depth: 8 });
  let binary = '';
  // Arguments go on the stack, so only so many at a time.
  for (let start = 0; start < png.length; start += 0x8000) {
    binary += String.fromCharCode(...png.subarray(start, start + 0x8000));
  }
  return `data:image/png;base64,${btoa(binary)}`;
}
