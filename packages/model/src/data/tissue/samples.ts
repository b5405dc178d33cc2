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
  () => import('../../../samples/tissue/tumor-1.webp'),
  () => import('../../../samples/tissue/stroma-1.webp'),
  () => import('../../../samples/tissue/complex-1.webp'),
  () => import('../../../samples/tissue/lympho-1.webp'),
  () => import('../../../samples/tissue/debris-1.webp'),
  () => import('../../../samples/tissue/mucosa-1.webp'),
  () => import('../../../samples/tissue/adipose-1.webp'),
  () => import('../../../samples/tissue/empty-1.webp'),
  () => import('../../../samples/tissue/tumor-2.webp'),
  () => import('../../../samples/tissue/stroma-2.webp'),
  () => import('../../../samples/tissue/complex-2.webp'),
  () => import('../../../samples/tissue/lympho-2.webp'),
  () => import('../../../samples/tissue/debris-2.webp'),
  () => import('../../../samples/tissue/mucosa-2.webp'),
  () => import('../../../samples/tissue/adipose-2.webp'),
  () => import('../../../samples/tissue/empty-2.webp'),
  () => import('../../../samples/tissue/tumor-3.webp'),
  () => import('../../../samples/tissue/stroma-3.webp'),
  () => import('../../../samples/tissue/complex-3.webp'),
  () => import('../../../samples/tissue/lympho-3.webp'),
  () => import('../../../samples/tissue/debris-3.webp'),
  () => import('../../../samples/tissue/mucosa-3.webp'),
  () => import('../../../samples/tissue/adipose-3.webp'),
  () => import('../../../samples/tissue/empty-3.webp'),
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
