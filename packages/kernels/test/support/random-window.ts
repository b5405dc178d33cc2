import type { SeededRandom } from '@ablation-cam/tools/testing';
import type { Shape } from '../../src/index.ts';

export interface RandomWindow {
  readonly sliding: {
    readonly window: number[];
    readonly strides: number[];
    readonly dilation: number[];
    readonly padBefore: number[];
  };
  readonly positions: number[];
}

/** A window that fits the positions of a shape, and how many positions it gives; every window meets a real cell. */
export function randomWindow(random: SeededRandom, shape: Shape, dilates: boolean): RandomWindow {
  const axes = shape.slice(0, -1).map((length) => {
    const window = random.integer(1, Math.min(3, length));
    const stride = random.pick([1, 1, 2, window]);
    const dilation = dilates && window > 1 && (window - 1) * 2 < length ? random.integer(1, 2) : 1;
    const extent = (window - 1) * dilation + 1;
    const before = random.uniform() < 0.5 ? 0 : random.integer(0, window - 1);
    const after = random.uniform() < 0.5 ? 0 : random.integer(0, window - 1);
    const positions = Math.floor((length + before + after - extent) / stride) + 1;
    return { window, stride, dilation, before, positions };
  });
  return {
    sliding: {
      window: axes.map(({ window }) => window),
      strides: axes.map(({ stride }) => stride),
      dilation: axes.map(({ dilation }) => dilation),
      padBefore: axes.map(({ before }) => before),
    },
    positions: axes.map(({ positions }) => positions),
  };
}
