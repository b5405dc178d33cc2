import { channelsOf, positionsOf, sizeOf } from '../tail/shape.ts';
import { always, present, type Facts } from './facts.ts';
import { rowsOf } from './support.ts';

/** `y = x W + b` over the last axis; `kernel` is row-major `[inputs, units]`. */
export interface DenseOperation {
  readonly kind: 'dense';
  readonly units: number;
  readonly kernel: Float32Array;
  readonly bias: Float32Array | null;
}

export const denseFacts: Facts<DenseOperation> = {
  isLinear: always(true),
  isElementwise: false,
  channels: always(null),
  support: (_, [x = []], shape) => rowsOf(x, shape),
  shape: ({ units }, [x = []]) => [...positionsOf(x), units],
  multiplyAdds: (_, input, shape) => sizeOf(shape) * channelsOf(input),
  kernel: ({ units }, input) => ({ rows: channelsOf(input), columns: units }),
  weights: ({ kernel, bias }) => ({ factors: [kernel], summands: present(bias) }),
  fusible: ({ kernel }) => ({ place: 'kernel', kernel }),
  ownEpilogue: null,
  axes: always(1),
};
