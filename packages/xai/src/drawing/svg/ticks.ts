import { scaleLinear } from 'd3-scale';

export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** Round values between two ends, about `count` of them, with as many digits as tell them apart. */
export function tickLabels(minimum: number, maximum: number, count: number): Tick[] {
  const scale = scaleLinear([minimum, maximum], [0, 1]);
  const reach = Math.max(Math.abs(minimum), Math.abs(maximum));
  // Fixed notation of very small and very large numbers is all zeros.
  const format = reach < 1e-3 || reach >= 1e5 ? scale.tickFormat(count, '~e') : scale.tickFormat(count);
  return scale.ticks(count).map((value) => ({ value, text: value === 0 ? '0' : format(value) }));
}

/** Whole numbers between two ends, about `count` of them. */
export function integerTicks(minimum: number, maximum: number, count: number): Tick[] {
  return scaleLinear([minimum, maximum], [0, 1])
    .ticks(count)
    .filter(Number.isInteger)
    .map((value) => ({ value, text: String(value) }));
}
