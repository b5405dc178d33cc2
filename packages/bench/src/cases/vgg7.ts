import { vgg7 } from '@ablation-cam/model';
import type { BenchCase, CaseSet } from './case.ts';
import { uniformNumbers } from './random.ts';

const SIDE = 224;

/** The report's image network, untrained, on a picture of coloured waves. */
function vgg7At(layer: string, title: string, sets: readonly CaseSet[], weight: number): BenchCase {
  return {
    name: `vgg7-${layer}`,
    title,
    sets,
    weight,
    batch: 1,
    layer,
    network: () => Promise.resolve(vgg7({ inputShape: [SIDE, SIDE, 3], classes: 8, seed: 3 })),
    data: () => Promise.resolve([waves(5)]),
  };
}

/** An image in [0, 1] with edges and gradients in every direction, `[224, 224, 3]`. */
function waves(seed: number): Float32Array {
  const next = uniformNumbers(seed);
  const colours = Array.from({ length: 3 }, () => ({
    x: 0.02 + 0.3 * next(),
    y: 0.02 + 0.3 * next(),
    phase: 6 * next(),
  }));
  return Float32Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
    const { x, y, phase } = colours[i % 3]!;
    const position = Math.floor(i / 3);
    return (
      0.5 + 0.4 * Math.sin(x * (position % SIDE) + y * Math.floor(position / SIDE) + phase) + 0.1 * next()
    );
  });
}

export const vgg7Cases: readonly BenchCase[] = [
  vgg7At('conv2d_3', 'VGG7 at conv2d_3, K = 64 on 112x112: maxpool, GAP, dense 8', ['quick', 'full'], 12),
  vgg7At('conv2d_2', 'VGG7 at conv2d_2, K = 64 on 112x112: conv 3x3 64, maxpool, GAP, dense 8', ['full'], 16),
];
