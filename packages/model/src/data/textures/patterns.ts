import type { NumpyRandom } from '../../random/numpy-random.ts';

/** A pattern at a point (u, v) of the texture's own axes, in periods from the region's centre; in [-1, 1]. */
export type Pattern = (u: number, v: number) => number;

interface TextureClass {
  readonly name: string;
  /** Draws one instance of the class. */
  readonly create: (random: NumpyRandom) => Pattern;
}

/**
 * The eight classes, by what is repeated and how. None is told from another by its direction, its size or its colors:
 * those are drawn alike for all of them.
 */
export const textureClasses: readonly TextureClass[] = [
  { name: 'stripes', create: shifted((u) => wave(u)) },
  { name: 'checkers', create: shifted((u, v) => wave(u / 2) * wave(v / 2)) },
  { name: 'dots', create: shifted((u, v) => inside(0.34 - Math.hypot(fromCell(u), fromCell(v)))) },
  { name: 'rings', create: rings },
  { name: 'zigzag', create: shifted((u, v) => wave(v + 1.1 * Math.abs(fromCell(u / 2.4)))) },
  { name: 'bricks', create: shifted(bricks) },
  { name: 'weave', create: shifted(weave) },
  { name: 'blotches', create: blotches },
];

/** Names of the texture classes, in the order of their labels. */
export const textureClassNames: readonly string[] = textureClasses.map(({ name }) => name);

/** A pattern that may begin anywhere. */
function shifted(pattern: Pattern): (random: NumpyRandom) => Pattern {
  return (random) => {
    // The longest period of a pattern is 4 units.
    const offsetU = 4 * random.uniform();
    const offsetV = 4 * random.uniform();
    return (u, v) => pattern(u + offsetU, v + offsetV);
  };
}

/** Circles about a point near the centre. */
function rings(random: NumpyRandom): Pattern {
  const centerU = random.uniform() - 0.5;
  const centerV = random.uniform() - 0.5;
  const phase = random.uniform();
  return (u, v) => wave(Math.hypot(u - centerU, v - centerV) + phase);
}

/** Bricks twice as long as high, each row moved by half a brick; the joints are the other level. */
function bricks(u: number, v: number): number {
  const row = Math.floor(v / 1.2);
  const alongRow = Math.abs(fromCell(u / 2.4 + (row % 2) / 2)) * 2.4;
  const acrossRow = Math.abs(fromCell(v / 1.2)) * 1.2;
  return inside(Math.min(1.2 - alongRow, 0.6 - acrossRow) - 0.15);
}

/** Squares of bars that run across the bars of their neighbours. */
function weave(u: number, v: number): number {
  const turned = (Math.floor(u / 2) + Math.floor(v / 2)) % 2 === 0;
  return wave((turned ? u : v) + 0.25);
}

/** Irregular spots: plane waves longer than a period, in directions all around (so that none prevails), cut at two levels. */
function blotches(random: NumpyRandom): Pattern {
  const waves = Array.from({ length: 12 }, (_, i) => {
    const direction = (Math.PI * (i + random.uniform())) / 12;
    const frequency = 2 * Math.PI * (0.65 + 0.25 * random.uniform());
    return {
      u: frequency * Math.cos(direction),
      v: frequency * Math.sin(direction),
      phase: 2 * Math.PI * random.uniform(),
    };
  });
  return (u, v) => {
    const sum = waves.reduce(
      (total, { u: alongU, v: alongV, phase }) => total + Math.cos(u * alongU + v * alongV + phase),
      0,
    );
    return inside(sum / 10);
  };
}

/** Two levels in turn, half a period each, with edges of a sixth of a period. */
function wave(position: number): number {
  return inside(0.25 - Math.abs(fromCell(position)));
}

/** Position in its cell, from the cell's middle: in [-0.5, 0.5). */
function fromCell(position: number): number {
  return position - Math.floor(position) - 0.5;
}

/** From -1 to 1 as a signed distance (in periods) goes from outside to inside. */
function inside(distance: number): number {
  return Math.max(-1, Math.min(1, distance * 12));
}
