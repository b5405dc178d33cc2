import { join } from 'node:path';
import { ModelError, readInput } from '@ablation-cam/model';
import { CliError } from '../errors.ts';

/** Where something is in a picture that should not count, such as a ruler. */
export interface RegionMask {
  /** `[height, width]`, more than 0 inside. */
  readonly data: ArrayLike<number>;
  readonly size: readonly [height: number, width: number];
}

const ENDINGS = ['', '.png', '.tif'];

/**
 * Returns what finds the mask of a sample: a picture of the sample's name in a folder, with another ending or one more, white in
 * the region. Samples without one have none.
 */
export function regionMasks(folder: string | undefined): (source: string) => Promise<RegionMask | null> {
  if (folder === undefined) return () => Promise.resolve(null);
  return async (source) => {
    const stem = source.replace(/\.[^./]*$/, '');
    for (const name of [source, ...ENDINGS.slice(1).map((ending) => stem + ending)]) {
      try {
        const { original } = await readInput(join(folder, name), { shape: [null, null, 1] });
        if (!original)
          throw new CliError(`${join(folder, name)} is no picture; masks are pictures, white in the region.`);
        const { width, height, rgb } = original;
        return {
          size: [height, width],
          data: Uint8Array.from({ length: width * height }, (_, i) => (rgb[3 * i]! > 127 ? 1 : 0)),
        };
      } catch (error) {
        if (!(error instanceof ModelError) || error.code !== 'not-found') throw error;
      }
    }
    return null;
  };
}
