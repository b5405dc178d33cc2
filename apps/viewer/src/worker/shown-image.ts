import type { OriginalImage } from '@ablation-cam/model';
import { rgbaOf, rgbOf } from '../protocol/pixels.ts';

/** No window shows more at once, and networks take less. A photograph of 12 megapixels would make the page wait for each stroke. */
const LONGEST_SIDE = 1024;

/** Returns an image as it is shown: no side of it longer than 1024 pixels. */
export async function shownImage(image: OriginalImage): Promise<OriginalImage> {
  const scale = LONGEST_SIDE / Math.max(image.width, image.height);
  if (scale >= 1) return image;
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const context = new OffscreenCanvas(width, height).getContext('2d');
  // Without a canvas it is shown as it is.
  if (!context) return image;
  const bitmap = await createImageBitmap(rgbaOf(image), {
    resizeWidth: width,
    resizeHeight: height,
    resizeQuality: 'high',
  });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return rgbOf(context.getImageData(0, 0, width, height));
}
