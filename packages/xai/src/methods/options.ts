import type { Device, ExecutorName, Norm, Score, Weighting } from '@ablation-cam/kernels';
import type { ForwardBackend } from '../runtime/choose-runtime.ts';
import type { Target } from '../targets/target.ts';

/**
 * The value that stands for "channel k is off": 0 (the paper); what the layer outputs where its k-th filter is zero and
 * its bias is kept, activation(bias_k); the mean of the channel over the positions of the same input; or one value a
 * channel.
 */
export type Ablation = 'zero' | 'zero-kernel' | 'channel-mean' | readonly number[] | Float32Array;

/**
 * The predicted class, all classes, one class or several by index, or those with the `topK` highest logits, the highest
 * first.
 */
export type ClassIndexOption = 'predicted' | 'all' | number | readonly number[] | { readonly topK: number };

/** All channels together by a plan, or one pass through the network a channel, which is the definition. */
export type Strategy = 'planned' | 'naive';

/** What every method takes. */
export interface CommonOptions {
  /** Name of the output, for a network that has several. */
  readonly output?: string | undefined;
  /** Default: `predicted`. Not together with `target`. */
  readonly classIndex?: ClassIndexOption | undefined;
  /** Default: `probability`. Not together with `target`. */
  readonly score?: Score | undefined;
  /** What is explained instead of the score of a class; several give an explanation each. */
  readonly target?: Target | readonly Target[] | undefined;
  /** TensorFlow.js backend. Default: `auto`, which never runs convolutions on a software GPU. */
  readonly backend?: ForwardBackend | 'auto' | undefined;
  /** A device of the caller's to use; otherwise one is shared by all calls, see `releaseDevice`. */
  readonly device?: Device | undefined;
  /** Aborts between passes through the network and chunks of them; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the share of the work that is done, in (0, 1]. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** What a method takes that makes its map of a layer's channels. */
export interface CamOptions extends CommonOptions {
  /** Name of the target layer. Default: the last feature map before the output. */
  readonly layer?: string | undefined;
  /** Names of several target layers, whose maps are averaged. Not together with `layer`. */
  readonly layers?: readonly string[] | undefined;
  /** Which call of a layer that is used several times. Default: the first. */
  readonly call?: number | undefined;
}

/** Options of Ablation-CAM besides those of all methods. */
export interface AblationCamOptions extends CamOptions {
  /** Default: `zero`. */
  readonly ablation?: Ablation | undefined;
  /** Default: `relative-drop`, (y - y_k) / |y|; `slope` is (y - y_k) / ||A_k||. */
  readonly weighting?: Weighting | undefined;
  /** The norm of `slope`. Default: 2. */
  readonly norm?: Norm | undefined;
  /** All channels together, or one pass through the network a channel: the oracle. Default: `planned`. */
  readonly strategy?: Strategy | undefined;
  /**
   * What runs the ablation: kernels of this project on WebGPU, TensorFlow.js's current backend, or float64 TypeScript.
   * Default: `auto`, the fastest by the plan's cost; the result gives the reason.
   */
  readonly executor?: ExecutorName | 'auto' | undefined;
  /** Whether explanations hold the score of every class without each channel, `[channels, classes]`. Default: false. */
  readonly ablatedScores?: boolean | undefined;
}
