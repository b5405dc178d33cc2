import type { DataSet } from '../data-set.ts';
import { imageFileDataSet } from '../image-folder/image-file-data-set.ts';
import { tissueClassNames, tissueSample, tissueTestSamples } from './samples.ts';

/** Side of the images that the tissue network takes, in pixels. */
export const tissueInputSize = 75;

/**
 * 24 test images of colorectal tissue, three of each of eight classes, as inputs `[75, 75, 3]` in 0 to 1; the images are
 * 150 x 150. Of Kather et al. 2016, CC BY 4.0: the origin of each is named in `samples/tissue/README.md`.
 */
export function tissueDataSet(): DataSet {
  const files = Array.from({ length: tissueTestSamples }, (_, index) => tissueSample(index));
  const found = { classNames: tissueClassNames, files, skipped: [] };
  return imageFileDataSet('tissue test', found, {
    inputShape: [tissueInputSize, tissueInputSize, 3],
    normalize: '0..1',
    concurrency: 4,
  });
}
