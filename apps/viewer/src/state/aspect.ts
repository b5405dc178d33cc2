import type { InputDescription } from '../protocol/descriptions.ts';

/** How wide a picture is for its height when the network gets it, `[height, width, ...]`: squashed, it is no longer as it was given. */
export function aspectOf({ shape: [height = 1, width = 1] }: Pick<InputDescription, 'shape'>): number {
  return width / height;
}
