import { ModelError } from '../../errors.ts';
import type { LabelledFile } from '../image-folder/class-files.ts';

/** The classes of the set, in the order of the tissue network's outputs. */
export const tissueClassNames: readonly string[] = [
  'tumor',
  'stroma',
  'complex',
  'lympho',
  'debris',
  'mucosa',
  'adipose',
  'empty',
];

/** Each image is a module of its own, so that a page fetches only those that it shows. */
const images: readonly (() => Promise<{ default: Uint8Array }>)[] = [
  () => import('./photographs/tumor-1.ts'),
  () => import('./photographs/stroma-1.ts'),
  () => import('./photographs/complex-1.ts'),
  () => import('./photographs/lympho-1.ts'),
  () => import('./photographs/debris-1.ts'),
  () => import('./photographs/mucosa-1.ts'),
  () => import('./photographs/adipose-1.ts'),
  () => import('./photographs/empty-1.ts'),
  () => import('./photographs/tumor-2.ts'),
  () => import('./photographs/stroma-2.ts'),
  () => import('./photographs/complex-2.ts'),
  () => import('./photographs/lympho-2.ts'),
  () => import('./photographs/debris-2.ts'),
  () => import('./photographs/mucosa-2.ts'),
  () => import('./photographs/adipose-2.ts'),
  () => import('./photographs/empty-2.ts'),
  () => import('./photographs/tumor-3.ts'),
  () => import('./photographs/stroma-3.ts'),
  () => import('./photographs/complex-3.ts'),
  () => import('./photographs/lympho-3.ts'),
  () => import('./photographs/debris-3.ts'),
  () => import('./photographs/mucosa-3.ts'),
  () => import('./photographs/adipose-3.ts'),
  () => import('./photographs/empty-3.ts'),
];

/** How many images come along; sample i has class i modulo 8. */
export const tissueTestSamples = images.length;

/**
 * An image of colorectal tissue that comes along, as the bytes of its WebP file.
 *
 * @throws ModelError `invalid-option` for an index that is not there
 */
export function tissueSample(index: number): LabelledFile {
  const load = images[index];
  if (load === undefined) {
    throw new ModelError(
      'invalid-option',
      `The tissue samples are 0 to ${tissueTestSamples - 1}, got index ${index}; pass one of those`,
    );
  }
  const label = index % tissueClassNames.length;
  const name = `${tissueClassNames[label]!}-${Math.floor(index / tissueClassNames.length) + 1}.webp`;
  const read = async (): Promise<Uint8Array> => (await load()).default;
  return { file: { name, path: name, read }, label };
}
