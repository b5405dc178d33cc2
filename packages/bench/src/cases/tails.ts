import type { BenchCase, CaseSet } from './case.ts';
import { chain, convolution, dense, flatten, globalPooling, maxPooling, tailCase } from './tail-case.ts';

interface Sizes {
  readonly name: string;
  readonly sets: readonly CaseSet[];
  readonly weight?: number;
  readonly side: number;
  readonly channels: number;
  readonly hidden: number;
  readonly classes: number;
  readonly gain: number;
}

function convolutionTail({ side, channels, hidden, classes, gain, ...rest }: Sizes): BenchCase {
  return tailCase({
    ...rest,
    title: `conv 3x3 ${channels}, relu, maxpool, dense ${hidden}, relu, dense ${classes} (K = ${channels}, ${side}x${side})`,
    target: [side, side, channels],
    build: (target) =>
      chain(
        convolution(channels, 3),
        maxPooling(),
        flatten(),
        dense(hidden, 'relu'),
        dense(classes, 'softmax'),
      )(target),
    seed: 11,
    gain,
  });
}

function denseTail({ side, channels, hidden, classes, gain, ...rest }: Sizes): BenchCase {
  return tailCase({
    ...rest,
    title: `dense ${hidden}, relu, dense ${hidden}, relu, dense ${classes} (K = ${channels}, ${side}x${side})`,
    target: [side, side, channels],
    build: (target) =>
      chain(flatten(), dense(hidden, 'relu'), dense(hidden, 'relu'), dense(classes, 'softmax'))(target),
    seed: 13,
    gain,
  });
}

/** A target two blocks deep, whose deltas are 0 wherever a ReLU clips them in all variants. */
const deepTail = tailCase({
  name: 'deep-tail',
  title: 'three times conv 3x3 128, relu; global average, dense 10 (K = 192, 12x12)',
  sets: ['full'],
  weight: 14,
  target: [12, 12, 192],
  build: (target) =>
    chain(
      convolution(128, 3),
      convolution(128, 3),
      convolution(128, 3),
      globalPooling(),
      dense(10, 'softmax'),
    )(target),
  seed: 17,
  gain: 4,
});

/** Tails in which the K-fold work is large: a convolution, and the dense layers of a VGG16; each also reduced. */
export const tailCases: readonly BenchCase[] = [
  convolutionTail({
    name: 'conv-tail-small',
    sets: ['quick', 'full'],
    weight: 2,
    side: 8,
    channels: 64,
    hidden: 64,
    classes: 10,
    gain: 1.2,
  }),
  denseTail({
    name: 'dense-tail-small',
    sets: ['quick', 'full'],
    weight: 2,
    side: 7,
    channels: 64,
    hidden: 128,
    classes: 100,
    gain: 20,
  }),
  convolutionTail({
    name: 'conv-tail',
    sets: ['full'],
    weight: 14,
    side: 14,
    channels: 256,
    hidden: 512,
    classes: 10,
    gain: 1.6,
  }),
  denseTail({
    name: 'dense-tail',
    sets: ['full'],
    weight: 12,
    side: 7,
    channels: 512,
    hidden: 1024,
    classes: 1000,
    gain: 4.7,
  }),
  deepTail,
];
