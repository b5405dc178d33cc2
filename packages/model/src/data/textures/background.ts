import type { NumpyRandom } from '../../random/numpy-random.ts';

/** Cells of the two layers of smooth noise along an image's edge, and their amplitudes in grey values. */
const layers = [
  { cells: 4, amplitude: 14 },
  { cells: 13, amplitude: 9 },
] as const;
const grainAmplitude = 9;
const tintAmplitude = 6;

/**
 * The neutral background, `[size, size, 3]` in grey values: a base grey with a faint tint, clouds of two sizes and grain.
 * Nothing in it depends on the class.
 */
export function drawBackground(random: NumpyRandom, size: number): Float64Array {
  const base = 108 + 40 * random.uniform();
  const tint = [0, 0, 0].map(() => tintAmplitude * symmetric(random));
  const clouds = layers.map(({ cells, amplitude }) => drawClouds(random, size, cells, amplitude));
  const background = new Float64Array(size * size * 3);
  for (let pixel = 0; pixel < size * size; pixel++) {
    const level = clouds.reduce((sum, layer) => sum + layer[pixel]!, base);
    const grain = grainAmplitude * symmetric(random);
    for (let channel = 0; channel < 3; channel++) {
      background[pixel * 3 + channel] =
        level + grain + tint[channel]! + (grainAmplitude / 3) * symmetric(random);
    }
  }
  return background;
}

/** Values drawn on a lattice, interpolated smoothly between its points, `[size, size]`. */
function drawClouds(random: NumpyRandom, size: number, cells: number, amplitude: number): Float64Array {
  const points = cells + 1;
  const lattice = Float64Array.from({ length: points * points }, () => amplitude * symmetric(random));
  const clouds = new Float64Array(size * size);
  for (let y = 0; y < size; y++) {
    const row = ((y + 0.5) / size) * cells;
    const top = Math.floor(row);
    const down = smooth(row - top);
    for (let x = 0; x < size; x++) {
      const column = ((x + 0.5) / size) * cells;
      const left = Math.floor(column);
      const right = smooth(column - left);
      const corner = top * points + left;
      const above = lattice[corner]! * (1 - right) + lattice[corner + 1]! * right;
      const below = lattice[corner + points]! * (1 - right) + lattice[corner + points + 1]! * right;
      clouds[y * size + x] = above * (1 - down) + below * down;
    }
  }
  return clouds;
}

function smooth(share: number): number {
  return share * share * (3 - 2 * share);
}

function symmetric(random: NumpyRandom): number {
  return 2 * random.uniform() - 1;
}
