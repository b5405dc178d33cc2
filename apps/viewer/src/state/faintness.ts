import type { ShownAttribution } from './selectors.ts';
import { NBSP } from './whole-percent.ts';

/** Below this share of the other side, or of the score, a map is nearly nothing. */
const FAINT = { ofOtherSide: 0.05, ofScore: 0.01 } as const;

/**
 * Says why the colors of a map promise more than there is; null for a map that may be taken at its colors. Colors reach from 0 to
 * the map's own largest value, however small that is.
 */
export function faintnessOf({ map, mapSigned, weights, run }: FaintMap, className: string): string | null {
  const high = extreme(map.data, Math.max);
  if (high <= 0) return null;
  const low = -extreme(mapSigned.data, Math.min);
  if (low > 0 && high < FAINT.ofOtherSide * low) {
    return `Faint: what speaks against ${className} is ${times(low / high)} as strong; the colors are stretched.`;
  }
  // Only the relative drop is a share of something.
  const isShare = run.settings?.weighting === 'relative-drop';
  const heaviest = isShare && weights ? extreme(weights, Math.max) : 1;
  if (heaviest < FAINT.ofScore) {
    return `Faint: no channel carries more than ${percentOf(heaviest)} of the score of ${className}; the colors are stretched.`;
  }
  return null;
}

/** What of a map tells how much there is to it. */
export type FaintMap = Pick<ShownAttribution, 'map' | 'mapSigned' | 'weights' | 'run'>;

function extreme(values: Iterable<number>, choose: (a: number, b: number) => number): number {
  let found = 0;
  for (const value of values) found = choose(found, value);
  return found;
}

function times(ratio: number): string {
  return `${ratio < 1000 ? ratio.toFixed(0) : ratio.toExponential(0)} times`;
}

/** In two digits, rounded up but for the error of single precision: nothing is more. */
function percentOf(share: number): string {
  const most = 100 * Math.max(0, share);
  const unit = 10 ** (Math.floor(Math.log10(most || 1)) - 1);
  return `${Number((Math.ceil(most / unit - 1e-5) * unit).toPrecision(2))}${NBSP}%`;
}
