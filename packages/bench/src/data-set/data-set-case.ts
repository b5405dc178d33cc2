import { tissueSample, tissueTestSamples, vgg7 } from '@ablation-cam/model';

/** A set of picture files that is explained by the command `explain-set`. */
export interface DataSetCase {
  /** Identifies the case in files and on the command line. */
  readonly name: string;
  /** For readers: the pictures and the network. */
  readonly title: string;
  readonly samples: number;
  /** The bytes of a picture's file. */
  readonly picture: (index: number) => Promise<Uint8Array>;
  /** How the pictures' files end. */
  readonly ending: string;
  /** Builds the network on TensorFlow.js's current backend; the caller disposes of it. */
  readonly network: () => ReturnType<typeof vgg7>;
  /** `explain-set` has at least so many samples a second, as a part of what the explainer alone has. */
  readonly promised: number;
}

const SIDE = 224;

export const dataSetCases: readonly DataSetCase[] = [
  {
    name: 'tissue-vgg7',
    title: '480 WebP photographs, VGG7 of the study, 224 x 224',
    samples: 480,
    picture: (index) => Promise.resolve(tissueSample(index % tissueTestSamples).file.read()),
    ending: 'webp',
    network: () => vgg7({ inputShape: [SIDE, SIDE, 3], classes: 8, seed: 3 }),
    promised: 0.9,
  },
];
