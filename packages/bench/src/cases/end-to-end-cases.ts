import { embeddedModel, vgg7 } from '@ablation-cam/model';
import type { EndToEndCase, PromisedTimes } from '../end-to-end/end-to-end-case.ts';
import { undecidedSignals } from './mnist1d.ts';
import { ECG_SHAPE, ecgNetwork } from './networks/ecg.ts';
import { nsfwAbsence, nsfwNetwork } from './networks/nsfw-networks.ts';
import { resNet50 } from './networks/resnet-50.ts';
import { vgg16 } from './networks/vgg16.ts';
import { seedNetwork } from './seeded-network.ts';
import { signalWaves, waves } from './waves.ts';

const SIDE = 224;
const INCEPTION_SIDE = 299;
const image = waves(5, SIDE);
const ecg = signalWaves(9, ...ECG_SHAPE);

const NOTHING: PromisedTimes = { byGradCam: null, byForward: null, gain: null };

const studyNetwork = {
  network: () => Promise.resolve(vgg7({ inputShape: [SIDE, SIDE, 3], classes: 8, seed: 3 })),
  data: () => Promise.resolve(image),
};

/** Networks as they are used, the quick ones first. */
export const endToEndCases: readonly EndToEndCase[] = [
  {
    name: 'mnist1d',
    title: 'MNIST-1D ConvNet, K = 25, flatten, dense 10',
    layer: null,
    network: async () => (await embeddedModel('mnist1d')).model,
    data: (network) => undecidedSignals(network, 1),
    promised: { ...NOTHING, byGradCam: 1.1 },
  },
  {
    name: 'ecg',
    title: 'ECG, 1000 x 12: five blocks of conv1d, K = 128, GAP, dense 5',
    layer: null,
    network: () => seedNetwork(ecgNetwork(), 37, ecg),
    data: () => Promise.resolve(ecg),
    promised: { ...NOTHING, byGradCam: 1.1 },
  },
  {
    name: 'mobilenet-v2',
    title: 'MobileNetV2 of nsfwjs, 224 x 224, K = 1280, GAP, dense 256, 128, 5',
    layer: null,
    absence: nsfwAbsence,
    network: () => nsfwNetwork('MobileNetV2'),
    data: () => Promise.resolve(image),
    promised: { byGradCam: 1.1, byForward: 1.8, gain: 4 },
  },
  {
    name: 'inception-v3',
    title: 'InceptionV3 of nsfwjs, 299 x 299, K = 2048, GAP, dense 5',
    layer: null,
    absence: nsfwAbsence,
    network: () => nsfwNetwork('InceptionV3'),
    data: () => Promise.resolve(waves(5, INCEPTION_SIDE)),
    promised: { ...NOTHING, byGradCam: 1.1, gain: 4 },
  },
  {
    name: 'resnet-50',
    title: 'ResNet-50, 224 x 224, K = 2048, GAP, dense 1000',
    layer: null,
    network: () => seedNetwork(resNet50(), 43, image),
    data: () => Promise.resolve(image),
    promised: { ...NOTHING, byGradCam: 1.1, byForward: 1.35 },
  },
  {
    name: 'vgg7',
    title: 'VGG7 of the study, 224 x 224, K = 64, maxpool, GAP, dense 8',
    layer: null,
    ...studyNetwork,
    promised: { ...NOTHING, byGradCam: 1.1, byForward: 1.3 },
  },
  {
    name: 'vgg7-conv2d_2',
    title: 'VGG7 at conv2d_2, 224 x 224, K = 64, conv 3x3 64, maxpool, GAP, dense 8',
    layer: 'conv2d_2',
    ...studyNetwork,
    isLong: true,
    promised: { ...NOTHING, byForward: 6 },
  },
  {
    name: 'vgg16',
    title: 'VGG16 at block5_conv3, 224 x 224, K = 512, maxpool, dense 4096, 4096, 1000',
    layer: 'block5_conv3',
    network: () => seedNetwork(vgg16(), 47, image),
    data: () => Promise.resolve(image),
    isLong: true,
    promised: { ...NOTHING, byForward: 2.2 },
  },
];
