import { channelsOf, positionsOf, sizeOf } from '../tail/shape.ts';
import { always, present, type Facts } from './facts.ts';
import { windowsOfChannels } from './support.ts';

/**
 * Every channel convolved by itself with `multiplier` filters; taps and padding as in `convolution`.
 *
 *     y[o, c * multiplier + j] = bias[c * multiplier + j] + sum over t of x[..., c] * kernel[t, c, j]
 *
 * A separable convolution is this, without bias, and a 1x1 `convolution` after it.
 */
export interface DepthwiseOperation {
  readonly kind: 'depthwise';
  readonly multiplier: number;
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padBefore: readonly number[];
  /** Row-major `[...window, channels, multiplier]`. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array | null;
}

export const depthwiseFacts: Facts<DepthwiseOperation> = {
  isLinear: always(true),
  isElementwise: false,
  channels: ({ multiplier }) => ({ together: 1, multiplier }),
  support: (operation, [x = []], shape) => windowsOfChannels(operation, x, shape, operation.multiplier),
  shape: ({ multiplier }, [x = []], stated) => [...positionsOf(stated), channelsOf(x) * multiplier],
  multiplyAdds: ({ window }, _, shape) => sizeOf(shape) * sizeOf(window),
  kernel: ({ window, multiplier }, input) => ({
    rows: sizeOf(window),
    columns: channelsOf(input) * multiplier,
  }),
  weights: ({ kernel, bias }) => ({ factors: [kernel], summands: present(bias) }),
  fusible: always(null),
  ownEpilogue: 'inside',
  axes: always(1),
};
