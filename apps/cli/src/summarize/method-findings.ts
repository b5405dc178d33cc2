import { bootstrapMean, type MeanInterval } from '@ablation-cam/xai/metrics';
import type { PlannedMethod } from '@ablation-cam/model/results';
import { borderExcess, mapKey, normalizedMap } from './map-measures.ts';
import type { Example, MethodFindings } from './summary.ts';
import { TopList } from './top-list.ts';

const EXAMPLES = 8;
const CHANNELS = 6;
/** Groups of equal maps that are told. */
const GROUPS = 10;
/** Maps that are remembered to find equal ones among. */
const MOST_MAPS = 200_000;
/** Of more values the interval is that of a normal distribution: resampling them takes minutes and says the same. */
const RESAMPLED = 20_000;

/** What a method says of a sample, for the first target. */
export interface SampleFindings {
  readonly example: Omit<Example, 'value'>;
  readonly signed: Float32Array;
  readonly weights: Float32Array | null;
  readonly drop: number | null;
  readonly increase: number | null;
  /** The part of its map in the region of its mask; null where there is none. */
  readonly inRegion: number | null;
}

/** Gathers what a method found out about all samples, one after the other. */
export class FindingsOfMethod {
  readonly #method: PlannedMethod;
  readonly #classNames: readonly string[];
  readonly #sums = new Map<
    number,
    { count: number; sum: Float64Array; squares: Float64Array; weights: Float64Array }
  >();
  readonly #top: TopList<Omit<Example, 'value'>>[];
  readonly #weights: Float64Array;
  readonly #border = new TopList<Omit<Example, 'value'>>(EXAMPLES);
  readonly #region = new TopList<Omit<Example, 'value'>>(EXAMPLES);
  readonly #maps = new Map<string, Omit<Example, 'value'>[]>();
  readonly #drops: number[] = [];
  readonly #increases: number[] = [];
  #samples = 0;
  #empty = 0;
  #hasRegions = false;

  constructor(method: PlannedMethod, classNames: readonly string[]) {
    this.#method = method;
    this.#classNames = classNames;
    const channels = method.channels ?? 0;
    this.#weights = new Float64Array(channels);
    this.#top = Array.from({ length: channels }, () => new TopList(EXAMPLES));
  }

  add({ example, signed, weights, drop, increase, inRegion }: SampleFindings): void {
    this.#samples++;
    const map = normalizedMap(signed);
    const key = mapKey(map);
    if (key === null) this.#empty++;
    else this.#remember(key, example);
    this.#border.add(borderExcess(map, this.#method.map), example);
    if (inRegion !== null) {
      this.#hasRegions = true;
      this.#region.add(inRegion, example);
    }
    if (drop !== null) this.#drops.push(drop);
    if (increase !== null) this.#increases.push(increase);
    const sums = this.#sumsOf(example.label >= 0 ? example.label : example.predicted, map.length);
    sums.count++;
    map.forEach((value, at) => {
      sums.sum[at]! += value;
      sums.squares[at]! += value * value;
    });
    weights?.forEach((weight, channel) => {
      sums.weights[channel]! += weight;
      this.#weights[channel]! += Math.abs(weight);
      this.#top[channel]?.add(weight, example);
    });
  }

  findings(): MethodFindings {
    const { name, targets, map } = this.#method;
    return {
      method: name,
      target: targets[0] ?? '',
      mapShape: map,
      classes: [...this.#sums.entries()]
        .sort(([a], [b]) => a - b)
        .map(([classIndex, { count, sum, squares, weights }]) => ({
          classIndex,
          name: this.#classNames[classIndex] ?? String(classIndex),
          samples: count,
          mean: Array.from(sum, (value) => value / count),
          spread: Array.from(squares, (square, at) =>
            Math.sqrt(Math.max(0, square / count - (sum[at]! / count) ** 2)),
          ),
          channels: largest(weights.map((weight) => weight / count)),
        })),
      channels: largest(this.#weights.map((weight) => weight / Math.max(1, this.#samples))).map(
        ({ channel, weight }) => ({ channel, weight, examples: examplesOf(this.#top[channel]) }),
      ),
      drop: interval(this.#drops),
      increase: interval(this.#increases),
      emptyMaps: this.#empty,
      atBorder: examplesOf(this.#border),
      inRegion: this.#hasRegions ? examplesOf(this.#region) : null,
      duplicates: [...this.#maps.values()]
        .filter((group) => group.length > 1)
        .sort((a, b) => b.length - a.length)
        .slice(0, GROUPS)
        .map((group) => group.slice(0, EXAMPLES).map((example) => ({ ...example, value: group.length }))),
    };
  }

  #remember(key: string, example: Omit<Example, 'value'>): void {
    const group = this.#maps.get(key);
    if (group) group.push(example);
    else if (this.#maps.size < MOST_MAPS) this.#maps.set(key, [example]);
  }

  #sumsOf(
    classIndex: number,
    positions: number,
  ): { count: number; sum: Float64Array; squares: Float64Array; weights: Float64Array } {
    const known = this.#sums.get(classIndex);
    if (known) return known;
    const made = {
      count: 0,
      sum: new Float64Array(positions),
      squares: new Float64Array(positions),
      weights: new Float64Array(this.#weights.length),
    };
    this.#sums.set(classIndex, made);
    return made;
  }
}

function largest(weights: Float64Array): { channel: number; weight: number }[] {
  const top = new TopList<number>(CHANNELS);
  weights.forEach((weight, channel) => {
    top.add(weight, channel);
  });
  return top.items.map(({ value, item }) => ({ channel: item, weight: value }));
}

export function examplesOf(list: TopList<Omit<Example, 'value'>> | undefined): Example[] {
  return (list?.items ?? []).map(({ value, item }) => ({ ...item, value }));
}

function interval(values: readonly number[]): MeanInterval | null {
  if (values.length === 0) return null;
  if (values.length <= RESAMPLED) return bootstrapMean(values);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const half = 1.96 * Math.sqrt(variance / values.length);
  return { mean, low: mean - half, high: mean + half, count: values.length };
}
