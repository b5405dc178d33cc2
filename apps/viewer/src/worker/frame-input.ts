import { encodeNpy, readInput, type ModelInput, type ReadInputOptions } from '@ablation-cam/model';
import { rgbOf } from '../protocol/pixels.ts';

/** A picture of a camera as an input: resized and scaled like an image file. */
export function frameInput(pixels: ImageData, options: ReadInputOptions): Promise<ModelInput> {
  const { width, height, rgb } = rgbOf(pixels);
  return readInput(encodeNpy(rgb, [height, width, 3]), { ...options, name: 'the camera' });
}
