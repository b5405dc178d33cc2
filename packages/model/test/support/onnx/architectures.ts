import {
  alexNet,
  alexNetOf2012,
  denseNet,
  googLeNet,
  inception,
  residual,
  signals,
  squeezeNet,
  vgg,
} from './classic-networks.ts';
import { convNext, efficientNet, mobileNetV2, mobileNetV3, shuffleNet } from './mobile-networks.ts';
import type { TorchLayers } from './torch-layers.ts';

/** A narrow network of a kind, as PyTorch exports it. */
export interface Architecture {
  readonly input: readonly number[];
  /** Returns the tensor with the logits. */
  readonly write: (t: TorchLayers, x: string) => string;
  /** The node whose result is ablated where nothing is said. */
  readonly target: string;
  /** `[...positions, channels]` of it. */
  readonly shape: readonly number[];
}

export const architectures: Readonly<Record<string, Architecture>> = {
  AlexNet: { input: [1, 3, 63, 63], write: alexNet, target: '/features/features.6/Relu', shape: [7, 7, 6] },
  'AlexNet with response normalization': {
    input: [1, 3, 63, 63],
    write: alexNetOf2012,
    target: '/features/relu3/Relu',
    shape: [7, 7, 6],
  },
  GoogLeNet: { input: [1, 3, 39, 35], write: googLeNet, target: '/inception3b/Concat', shape: [5, 5, 18] },
  'VGG with batch normalization': {
    input: [1, 3, 24, 20],
    write: vgg,
    target: '/features/features.10/Relu',
    shape: [6, 5, 8],
  },
  ResNet: {
    input: [1, 3, 32, 30],
    write: (t, x) => residual(t, x, 1),
    target: '/layer2/layer2.0/relu/Relu_2',
    shape: [4, 4, 32],
  },
  ResNeXt: {
    input: [1, 3, 32, 30],
    write: (t, x) => residual(t, x, 4),
    target: '/layer2/layer2.0/relu/Relu_2',
    shape: [4, 4, 32],
  },
  DenseNet: { input: [1, 3, 32, 30], write: denseNet, target: '/Relu', shape: [4, 4, 14] },
  SqueezeNet: {
    input: [1, 3, 30, 31],
    write: squeezeNet,
    target: '/classifier/classifier.2/Relu',
    shape: [7, 7, 5],
  },
  MobileNetV2: {
    input: [1, 3, 32, 30],
    write: mobileNetV2,
    target: '/features/features.18/features.18.2/Clip',
    shape: [8, 8, 20],
  },
  MobileNetV3: {
    input: [1, 3, 24, 22],
    write: mobileNetV3,
    target: '/features/features.16/features.16.2/HardSwish',
    shape: [12, 11, 24],
  },
  EfficientNet: {
    input: [1, 3, 24, 22],
    write: efficientNet,
    target: '/features/features.8/features.8.2/Mul',
    shape: [6, 6, 24],
  },
  ShuffleNet: { input: [1, 3, 24, 22], write: shuffleNet, target: '/conv5/conv5.2/Relu', shape: [6, 6, 20] },
  ConvNeXt: {
    input: [1, 3, 32, 24],
    write: convNext,
    target: '/features/features.2/features.2.1/Conv',
    shape: [4, 3, 12],
  },
  Inception: { input: [1, 3, 39, 35], write: inception, target: '/Mixed_6a/Concat', shape: [4, 3, 28] },
  'a network of signals': {
    input: [1, 2, 50],
    write: signals,
    target: '/layer1/relu/Relu_1',
    shape: [13, 8],
  },
};
