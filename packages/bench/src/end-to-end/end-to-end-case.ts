import type * as tf from '@tensorflow/tfjs';
import type { SizedNetwork } from '@ablation-cam/model';

/** A whole network that is explained from its input to the heat map, as a program does it. */
export interface EndToEndCase {
  /** Identifies the case in files and on the command line. */
  readonly name: string;
  /** For readers: the network and its head. */
  readonly title: string;
  /** The target layer; null for the one that is taken by default. */
  readonly layer: string | null;
  /** Builds the network on TensorFlow.js's current backend; the caller disposes of it. */
  readonly network: () => Promise<tf.LayersModel>;
  /** One input, `[...shape]`. */
  readonly data: (network: SizedNetwork) => Promise<Float32Array>;
  /** Takes minutes without a GPU, so that only `--end-to-end` has it. */
  readonly isLong?: true;
  /** Ablation-CAM takes at most so many times as long as Grad-CAM; null where nothing is promised. */
  readonly mostRatio: number | null;
}
