import { embeddedModel, vgg7 } from '@ablation-cam/model';
import type { EndToEndCase } from '../end-to-end/end-to-end-case.ts';
import { undecidedSignals } from './mnist1d.ts';
import { ECG_SHAPE, ecgNetwork } from './networks/ecg.ts';
import { mobileNetV2 } from './networks/mobilenet-v2.ts';
import { resNet50 } from './networks/resnet-50.ts';
import { vgg16 } from './networks/vgg16.ts';
import { seedNetwork } from './seeded-network.ts';
import { signalWaves, waves } from './waves.ts';

const SIDE = 224;
const image = waves(5, SIDE);
const ecg = signalWaves(9, ...ECG_SHAPE);

/** Networks as they are used, the quick ones first. */
export const endToEndCases: readonly EndToEndCase[] = [
  {
    name: 'mnist1d',
    title: 'MNIST-1D ConvNet, K = 25, flatten, dense 10',
    layer: null,
    network: async () => (await embeddedModel('mnist1d')).model,
    data: (network) => undecidedSignals(network, 1),
    mostRatio: null,
  },
  {
    name: 'ecg',
    title: 'ECG, 1000 x 12: five blocks of conv1d, K = 128, GAP, dense 5',
    layer: null,
    network: () => seedNetwork(ecgNetwork(), 37, ecg),
    data: () => Promise.resolve(ecg),
    mostRatio: 1.1,
  },
  {
    name: 'vgg7',
    title: 'VGG7 of the study, 224 x 224, K = 64, maxpool, GAP, dense 8',
    layer: null,
    network: () => Promise.resolve(vgg7({ inputShape: [SIDE, SIDE, 3], classes: 8, seed: 3 })),
    data: () => Promise.resolve(image),
    mostRatio: null,
  },
  {
    name: 'mobilenet-v2',
    title: 'MobileNetV2, 224 x 224, K = 1280, GAP, dense 256, 128, 5',
    layer: null,
    network: () => seedNetwork(mobileNetV2(), 41, image),
    data: () => Promise.resolve(image),
    mostRatio: 1.1,
  },
  {
    name: 'resnet-50',
    title: 'ResNet-50, 224 x 224, K = 2048, GAP, dense 1000',
    layer: null,
    network: () => seedNetwork(resNet50(), 43, image),
    data: () => Promise.resolve(image),
    mostRatio: 1.1,
  },
  {
    name: 'vgg16',
    title: 'VGG16 at block5_conv3, 224 x 224, K = 512, maxpool, dense 4096, 4096, 1000',
    layer: 'block5_conv3',
    network: () => seedNetwork(vgg16(), 47, image),
    data: () => Promise.resolve(image),
    isLong: true,
    mostRatio: 3,
  },
];
