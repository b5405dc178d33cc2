import type { GraphOperation, Shape } from '@ablation-cam/kernels';
import { product } from './layout.ts';

/**
 * Why the weights of an operation are not those of an input of this shape, as the end of a sentence, or null where they are: a
 * file may say any sizes, and what computes believes them.
 *
 * @param shape channels last
 */
export function misfit(operation: GraphOperation, shape: Shape): string | null {
  for (const [what, values, length] of weightsOf(operation, shape.at(-1) ?? 1)) {
    if (values && values.length !== length) {
      return `its ${what} has ${String(values.length)} values, not ${String(length)}`;
    }
  }
  return null;
}

type Expected = readonly [what: string, values: Float32Array | null, length: number];

/** Of the operations whose weights' lengths follow from the channels of their input; none of all others. */
function weightsOf(operation: GraphOperation, channels: number): readonly Expected[] {
  if (operation.kind === 'affine') {
    return [
      ['factor', operation.scale, channels],
      ['summand', operation.shift, channels],
    ];
  }
  if (operation.kind === 'convolution') {
    const { kernel, bias, filters, groups = 1, window } = operation;
    return [
      ['kernel', kernel, (product(window) * channels * filters) / groups],
      ['bias', bias, filters],
    ];
  }
  if (operation.kind === 'depthwise') {
    const { kernel, bias, multiplier, window } = operation;
    return [
      ['kernel', kernel, product(window) * channels * multiplier],
      ['bias', bias, channels * multiplier],
    ];
  }
  if (operation.kind === 'dense') {
    const { kernel, bias, units } = operation;
    return [
      ['kernel', kernel, channels * units],
      ['bias', bias, units],
    ];
  }
  return [];
}
