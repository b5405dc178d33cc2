import type { ShownAttribution } from './selectors.ts';
import type { MapSides } from './state.ts';

/**
 * Says in plain words why nothing speaks for a class, and where to look instead; null for a map with a positive value. What the
 * library warns of such a map says the same for experts.
 */
export function emptyMapReason(
  { map, weights, mapSigned, run }: EmptyMap,
  className: string,
  sides: MapSides,
): string | null {
  if (map.data.some((value) => value > 0)) return null;
  const isHidden = sides === 'for' && mapSigned.data.some((value) => value < 0);
  const look = isHidden ? ' Choose “for and against” below to see what speaks against it.' : '';
  if (weights === null) return look.trim();
  if (weights.every((weight) => weight === 0)) {
    return `Its score stays as it is whichever channel is off.${look}`;
  }
  if (run.method === 'ablation-cam' && weights.every((weight) => weight <= 0)) {
    return `Without any one of its channels ${className} would score as high or higher.${look}`;
  }
  return `What speaks for it is outweighed everywhere by what speaks against it.${look}`;
}

/** What of a map tells why it is empty. */
export type EmptyMap = Pick<ShownAttribution, 'map' | 'mapSigned' | 'weights' | 'run'>;
