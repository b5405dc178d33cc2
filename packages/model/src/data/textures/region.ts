import type { NumpyRandom } from '../../random/numpy-random.ts';

/** Where a texture is: a superellipse |x / a|^n + |y / b|^n <= 1 about its centre, turned. */
export interface TextureRegion {
  readonly shape: 'ellipse' | 'rounded-square';
  /** Pixels from the left and upper edge of the image; the middle of the first pixel is 0.5. */
  readonly centerX: number;
  readonly centerY: number;
  /** Half axes in pixels. */
  readonly radiusX: number;
  readonly radiusY: number;
  /** Of the first axis, clockwise from the right, in radians. */
  readonly angle: number;
}

/**
 * A region that lies wholly in the image and covers 7 to 16 % of it. Larger ones would nearly all cover the image's centre,
 * and an explanation that always points there would look right.
 */
export function drawRegion(random: NumpyRandom, size: number): TextureRegion {
  const shape = random.uniform() < 0.5 ? 'ellipse' : 'rounded-square';
  const unit = size / 64;
  // A rounded square covers more than an ellipse of the same axes, and its corners reach further.
  const largest = shape === 'ellipse' ? 14.5 : 12.5;
  const radius = (): number => unit * (largest - 4 * random.uniform());
  const radiusX = radius();
  const radiusY = radius();
  const angle = Math.PI * random.uniform();
  const reach = Math.max(radiusX, radiusY) * (shape === 'ellipse' ? 1 : cornerReach) + 1;
  const center = (): number => reach + (size - 2 * reach) * random.uniform();
  return { shape, centerX: center(), centerY: center(), radiusX, radiusY, angle };
}

const roundness = 4;
/** How far the corner of the superellipse of power 4 lies from its centre, in half axes. */
const cornerReach = Math.SQRT2 / 2 ** (1 / roundness);

/** How much of the pixel at (x, y), its middle, belongs to the region: 1 inside, 0 outside, between along one pixel of edge. */
export function coverage(region: TextureRegion, x: number, y: number): number {
  const { radiusX, radiusY } = region;
  const reach = Math.max(radiusX, radiusY) * cornerReach + 1;
  if (Math.abs(x - region.centerX) > reach || Math.abs(y - region.centerY) > reach) return 0;
  const [alongX, alongY] = inRegion(region, x, y);
  const power = region.shape === 'ellipse' ? 2 : roundness;
  const level = (Math.abs(alongX / radiusX) ** power + Math.abs(alongY / radiusY) ** power) ** (1 / power);
  return Math.max(0, Math.min(1, (1 - level) * Math.min(radiusX, radiusY) + 0.5));
}

function inRegion(region: TextureRegion, x: number, y: number): [number, number] {
  const dx = x - region.centerX;
  const dy = y - region.centerY;
  const cosine = Math.cos(region.angle);
  const sine = Math.sin(region.angle);
  return [cosine * dx + sine * dy, cosine * dy - sine * dx];
}
