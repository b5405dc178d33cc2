import { vgg7 } from '@ablation-cam/model';
import type { BenchCase, CaseSet } from './case.ts';
import { waves } from './waves.ts';

const SIDE = 224;

/** The report's image network, untrained, on a picture of colored waves. */
function vgg7At(layer: string, title: string, sets: readonly CaseSet[], weight: number): BenchCase {
  return {
    name: `vgg7-${layer}`,
    title,
    sets,
    weight,
    batch: 1,
    layer,
    network: () => Promise.resolve(vgg7({ inputShape: [SIDE, SIDE, 3], classes: 8, seed: 3 })),
    data: () => Promise.resolve([waves(5, SIDE)]),
  };
}

export const vgg7Cases: readonly BenchCase[] = [
  vgg7At('conv2d_3', 'VGG7 at conv2d_3, K = 64 on 112x112: maxpool, GAP, dense 8', ['quick', 'full'], 12),
  vgg7At('conv2d_2', 'VGG7 at conv2d_2, K = 64 on 112x112: conv 3x3 64, maxpool, GAP, dense 8', ['full'], 16),
];
