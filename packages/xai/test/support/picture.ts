import { decode } from 'fast-png';
import * as assert from 'uvu/assert';
import { renderPng, type RenderOptions } from '../../src/drawing.ts';

/** A drawing as pixels. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly at: (x: number, y: number) => number[];
}

export async function pictureOf(svg: string, options?: RenderOptions): Promise<Picture> {
  const { width, height, channels, data } = decode(await renderPng(svg, options));
  return {
    width,
    height,
    at: (x, y) => Array.from(data.subarray((y * width + x) * channels, (y * width + x) * channels + 3)),
  };
}

/** Browsers and resvg round the mixing of two colors differently, by one in 255 for each layer. */
export function assertColor(
  found: readonly number[],
  expected: readonly number[],
  tolerance = 2,
  message = '',
): void {
  const near = found.every((value, i) => Math.abs(value - expected[i]!) <= tolerance);
  assert.ok(near, `${message} expected color ${expected.join(', ')}, found ${found.join(', ')}`);
}
