import { KernelsError } from '@ablation-cam/kernels';
import type { SizedNetwork } from '@ablation-cam/model';

/** As much as a plan may take by default. With more, browsers may end the page, which nothing in it can catch. */
const MOST_BYTES = 512 * 2 ** 20;

/** @throws KernelsError `too-large` where the output of a layer does not fit into the memory of a page */
export function refuseTooLarge({ layers }: SizedNetwork): void {
  for (const { name, shape } of layers) {
    const bytes = shape.reduce((product, size) => product * size, Float32Array.BYTES_PER_ELEMENT);
    if (bytes > MOST_BYTES) {
      throw new KernelsError(
        'too-large',
        `The output of layer ${name} takes ${megabytes(bytes)} for one input, and this page computes with at most ${megabytes(MOST_BYTES)}.`,
      );
    }
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20).toLocaleString('en')} MB`;
}
