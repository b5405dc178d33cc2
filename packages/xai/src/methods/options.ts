import type { Device, Score } from '@ablation-cam/kernels';
import type { BackendName } from '@ablation-cam/model';
import type { ClassIndexOption } from '../explanation/options.ts';
import type { Target } from '../targets/target.ts';

/** What every method takes. */
export interface CommonOptions {
  /** Name of the output, for a model that has several. */
  readonly output?: string | undefined;
  /** Default: `predicted`. Not together with `target`. */
  readonly classIndex?: ClassIndexOption | undefined;
  /** Default: `probability`. Not together with `target`. */
  readonly score?: Score | undefined;
  /** What is explained instead of the score of a class; several give an explanation each. */
  readonly target?: Target | readonly Target[] | undefined;
  /** TensorFlow.js backend. Default: `auto`, which never runs convolutions on a software GPU. */
  readonly backend?: BackendName | 'auto' | undefined;
  /** A device of the caller's for the backend `webgpu`; otherwise one is shared by all calls, see `releaseDevice`. */
  readonly device?: Device | undefined;
  /** Aborts between passes through the network. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the share of the work that is done, in (0, 1]. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** What a method takes that makes its map of a layer's channels. */
export interface CamOptions extends CommonOptions {
  /** Name of the target layer. Default: the last feature map before the output. */
  readonly layer?: string | undefined;
  /** Which call of a layer that is used several times. Default: the first. */
  readonly call?: number | undefined;
}
