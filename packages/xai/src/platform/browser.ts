import type { KeptSpeeds } from '../runtime/calibration/machine-speeds.ts';

/** What differs between Node and the browser; `node.ts` exports the same names. */
export { rasterize } from './browser-rasterize.ts';

/** Null: a page measures again each time it is opened. */
export function keptSpeeds(_revision: string): KeptSpeeds | null {
  return null;
}

/** A page has no environment that could say so. */
export function takesUsualSpeeds(): boolean {
  return false;
}
