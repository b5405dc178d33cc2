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
  /** Why the network is not to be had here, as a part of a sentence, or null; absent where it is built in code. */
  readonly absence?: () => Promise<string | null>;
  /** Builds the network on TensorFlow.js's current backend; the caller disposes of it. */
  readonly network: () => Promise<tf.LayersModel>;
  /** One input, `[...shape]`. */
  readonly data: (network: SizedNetwork) => Promise<Float32Array>;
  /** Takes long without a GPU, so that only `--end-to-end` has it. */
  readonly isLong?: true;
  readonly promised: PromisedTimes;
}

/** What is promised of the time of Ablation-CAM; null where nothing is. */
export interface PromisedTimes {
  /** At most so many times as long as Grad-CAM, on every engine. */
  readonly byGradCam: number | null;
  /** At most so many times as long as a prediction, both on ONNX Runtime. */
  readonly byForward: number | null;
  /** On ONNX Runtime at least so many times faster than a prediction of TensorFlow.js's WASM backend. */
  readonly gain: number | null;
}
