import { exactChanges, type ExactChange, type ExactScoreFunction } from './exact-scores.ts';
import { seededRandom, type SeededRandom } from './seeded-random.ts';

/** Logits, and how far they fall without each of some channels: numbers that float32 holds, however large. */
export interface ExtremeCase {
  readonly name: string;
  readonly scoreFunction: ExactScoreFunction;
  readonly classes: number;
  readonly channels: number;
  /** `[classes]` */
  readonly logits: Float32Array;
  /** `[channels, classes]` */
  readonly drops: Float32Array;
}

/** What an executor makes of a case. */
export interface ExtremeAnswer {
  /** (y - y_k) / y of all classes, `[classes, channels]`, the ends of float32's range beyond it */
  readonly weights: ArrayLike<number>;
  /** (y - y_k) of all classes, `[classes, channels]` */
  readonly slopes: ArrayLike<number>;
  /** `[channels, classes]` */
  readonly ablatedScores: ArrayLike<number>;
  readonly clampedWeights: number;
  readonly mapSigned: ArrayLike<number>;
}

const LARGEST = 3.4028234663852886e38;
const CHANNELS = 6;

/** Both score functions, one class and several, logits from next to nothing to 1e4. */
export function extremeCases(seeds: number): ExtremeCase[] {
  return Array.from({ length: seeds }, (_, seed) => {
    const random = seededRandom(seed + 1);
    const scoreFunction = seed % 2 === 0 ? 'softmax' : 'sigmoid';
    const size = random.pick([0.1, 10, 100, 1000, 1e4]);
    const classes = random.pick([1, 2, 3, 9]);
    const logits = random.floats(classes, -size, size);
    if (seed % 3 === 0) logits[0] = seed % 4 < 2 ? size : -size;
    const drops = new Float32Array(CHANNELS * classes);
    for (let k = 0; k < CHANNELS; k++) drops.set(dropsOf(k, logits, size, random), k * classes);
    const name = `seed ${seed}: ${scoreFunction}, ${classes} classes, logits up to ${size}`;
    return { name, scoreFunction, classes, channels: CHANNELS, logits, drops };
  });
}

/** Of one class, of all alike, of each by itself; hardly, not at all, or to the other side. */
function dropsOf(channel: number, logits: Float32Array, size: number, random: SeededRandom): Float32Array {
  const { length } = logits;
  switch (channel) {
    case 0:
      return random.floats(length, -2 * size, 2 * size);
    case 1:
      return new Float32Array(length);
    case 2:
      return new Float32Array(length).fill(random.floats(1, -size, size)[0]!);
    case 3:
      return random.floats(length, -1e-3, 1e-3);
    case 4:
      return logits.map((z) => 2 * z);
    default:
      return new Float32Array(length).map((_, c) => (c === channel % length ? -size : 0));
  }
}

/** What an executor's arithmetic loses. */
export interface Arithmetic {
  /**
   * Half a unit in the last place of the numbers that become exponents. Four of them meet in one, each as large as the largest
   * of the case: exp() is off by so much of itself, and with it scores and, of themselves and of 1, weights.
   */
  readonly exponent: number;
  /** What is lost of a result when it is stored. */
  readonly stored: number;
}

/** @throws Error naming the case, where a number is not finite, is off by more, or is not counted */
export function assertExtreme(
  item: ExtremeCase,
  answer: ExtremeAnswer,
  { exponent, stored }: Arithmetic,
): void {
  const { name, scoreFunction, classes, channels, logits, drops } = item;
  const largest = [...logits, ...drops].reduce((most, value) => Math.max(most, Math.abs(value)), 8);
  const error = 8 * exponent * largest;
  let clamped = 0;
  for (let k = 0; k < channels; k++) {
    const exact = exactChanges(scoreFunction, logits, drops.subarray(k * classes, (k + 1) * classes));
    exact.forEach(({ ablated, drop, relativeDrop }: ExactChange, c) => {
      const weight = answer.weights[c * channels + k] ?? NaN;
      const wanted = Math.max(-LARGEST, relativeDrop);
      const size = Math.abs(wanted);
      const what = `class ${c} without channel ${k}, ${name}`;
      expectNear(weight, wanted, error * (1 + size / 2) + stored * size, `weight, ${what}`);
      expectNear(answer.slopes[c * channels + k] ?? NaN, drop, error + stored, `slope, ${what}`);
      expectNear(answer.ablatedScores[k * classes + c] ?? NaN, ablated, error + stored, `score, ${what}`);
      if (Math.abs(weight) === LARGEST) clamped++;
    });
  }
  expectNear(answer.clampedWeights, clamped, 0, `clamped weights, ${name}`);
  for (const value of Array.from(answer.mapSigned)) {
    if (!Number.isFinite(value)) throw new Error(`${name}: a map holds ${value}`);
  }
}

function expectNear(got: number, want: number, allowed: number, what: string): void {
  if (Math.abs(got - want) <= allowed) return;
  throw new Error(`${what}: got ${got}, expected ${want}, allowed ${allowed}`);
}
