import * as tf from '@tensorflow/tfjs';
import type { BenchCase } from './case.ts';
import { chain, convolution, dense, globalPooling, normalization, tailCase } from './tail-case.ts';

/** Last blocks of networks with global pooling and 1,000 classes. */
export const lastBlockCases: readonly BenchCase[] = [
  tailCase({
    name: 'residual-end',
    title: 'ResNet-50 at its last addition: relu, GAP, dense 1000 (K = 2048, 7x7)',
    sets: ['full'],
    weight: 2,
    target: [7, 7, 2048],
    build: (target) => chain(tf.layers.reLU(), globalPooling(), dense(1000, 'softmax'))(target),
    seed: 17,
    gain: 13,
  }),
  tailCase({
    name: 'residual-block',
    title:
      'ResNet-50 before its last 1x1 convolution: conv 1x1 2048, batch-norm, add, relu, GAP, dense 1000 (K = 512, 7x7)',
    sets: ['full'],
    weight: 4,
    target: [7, 7, 512],
    build: (target) => {
      const shortcut = tf.input({ shape: [7, 7, 2048], name: 'shortcut' });
      const branch = chain(convolution(2048, 1, 'linear'), normalization())(target).output;
      const sum = tf.layers.add().apply([branch, shortcut]) as tf.SymbolicTensor;
      const { output } = chain(tf.layers.reLU(), globalPooling(), dense(1000, 'softmax'))(sum);
      return { inputs: [shortcut], output };
    },
    seed: 19,
    gain: 3.2,
  }),
  tailCase({
    name: 'separable-block',
    title:
      'MobileNet before its last separable block: depthwise 3x3, batch-norm, relu6, conv 1x1 1024, batch-norm, relu6, GAP, dense 1000 (K = 1024, 7x7)',
    sets: ['full'],
    weight: 6,
    target: [7, 7, 1024],
    build: (target) =>
      chain(
        tf.layers.depthwiseConv2d({
          kernelSize: 3,
          padding: 'same',
          useBias: false,
          depthwiseInitializer: 'zeros',
        }),
        normalization(),
        tf.layers.reLU({ maxValue: 6 }),
        convolution(1024, 1, 'linear'),
        normalization(),
        tf.layers.reLU({ maxValue: 6 }),
        globalPooling(),
        dense(1000, 'softmax'),
      )(target),
    seed: 23,
    gain: 15,
  }),
];
