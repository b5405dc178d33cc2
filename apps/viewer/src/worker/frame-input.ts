import { encodeNpy, readInput, type ModelInput, type ReadInputOptions } from '@ablation-cam/model';

/** A picture of a camera as an input: resized and scaled like an image file. */
export function frameInput(
  { width, height, data }: ImageData,
  options: ReadInputOptions,
): Promise<ModelInput> {
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    rgb.set(data.subarray(4 * pixel, 4 * pixel + 3), 3 * pixel);
  }
  return readInput(encodeNpy(rgb, [height, width, 3]), { ...options, name: 'the camera' });
}
