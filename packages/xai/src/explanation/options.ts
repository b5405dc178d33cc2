import type { Device, ExecutorName, Norm, Score, Weighting } from '@ablation-cam/kernels';
import type { BackendName } from '@ablation-cam/model';
import { XaiError } from '../errors.ts';

/**
 * The value that stands for "channel k is off": 0 (the paper); what the layer outputs where its k-th filter is zero and
 * its bias is kept, activation(bias_k); the mean of the channel over the positions of the same input; or one value a
 * channel.
 */
export type Ablation = 'zero' | 'zero-kernel' | 'channel-mean' | readonly number[] | Float32Array;

/** The predicted class, all classes, one class or several, by index. */
export type ClassIndexOption = 'predicted' | 'all' | number | readonly number[];

export type Strategy = 'single-dispatch' | 'naive';

export interface AblationCamOptions {
  /** Name of the target layer. Default: the last feature map before the output. */
  readonly layer?: string | undefined;
  /** Which call of a layer that is used several times. Default: the first. */
  readonly call?: number | undefined;
  /** Name of the output, for a model that has several. */
  readonly output?: string | undefined;
  /** Default: `predicted`. */
  readonly classIndex?: ClassIndexOption | undefined;
  /** What falls when a channel is switched off. Default: `probability`. */
  readonly score?: Score | undefined;
  /** Default: `zero`. */
  readonly ablation?: Ablation | undefined;
  /** Default: `relative-drop`, (y - y_k) / |y|; `slope` is (y - y_k) / ||A_k||. */
  readonly weighting?: Weighting | undefined;
  /** The norm of `slope`. Default: 2. */
  readonly norm?: Norm | undefined;
  /** All channels together, or one pass through the network a channel: the oracle. Default: `single-dispatch`. */
  readonly strategy?: Strategy | undefined;
  /** TensorFlow.js backend of the forward pass. Default: `auto`, which never runs convolutions on a software GPU. */
  readonly backend?: BackendName | 'auto' | undefined;
  /**
   * What runs the ablation: kernels of this project on WebGPU, TensorFlow.js's current backend, or float64 TypeScript.
   * Default: `auto`, the fastest by the plan's cost; the result gives the reason.
   */
  readonly executor?: ExecutorName | 'auto' | undefined;
  /** A device of the caller's to use; otherwise one is shared by all calls, see `releaseDevice`. */
  readonly device?: Device | undefined;
  /** Aborts between chunks of inputs or, in the naive strategy, between channels. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the share of the work that is done, in (0, 1]. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** The options of a call with every default in place. */
export interface AblationCamSettings {
  readonly classIndex: ClassIndexOption;
  readonly score: Score;
  readonly ablation: Ablation;
  readonly weighting: Weighting;
  readonly norm: Norm;
  readonly strategy: Strategy;
  readonly backend: BackendName | 'auto';
  readonly executor: ExecutorName | 'auto';
}

const CHOICES: { readonly [K in keyof AblationCamSettings]?: readonly AblationCamSettings[K][] } = {
  score: ['probability', 'logit'],
  weighting: ['relative-drop', 'slope'],
  norm: [1, 2],
  strategy: ['single-dispatch', 'naive'],
  backend: ['auto', 'webgpu', 'wasm', 'cpu'],
  executor: ['auto', 'webgpu', 'tfjs', 'reference'],
};

/** @throws XaiError `invalid-option` where a value is none of those allowed */
export function settingsOf(options: AblationCamOptions): AblationCamSettings {
  const settings: AblationCamSettings = {
    classIndex: options.classIndex ?? 'predicted',
    score: options.score ?? 'probability',
    ablation: options.ablation ?? 'zero',
    weighting: options.weighting ?? 'relative-drop',
    norm: options.norm ?? 2,
    strategy: options.strategy ?? 'single-dispatch',
    backend: options.backend ?? 'auto',
    executor: options.executor ?? 'auto',
  };
  for (const [name, allowed] of Object.entries(CHOICES)) {
    const value = settings[name as keyof typeof CHOICES];
    if (!(allowed as readonly unknown[]).includes(value)) {
      throw new XaiError(
        'invalid-option',
        `${name} is ${shown(value)}; choose one of ${allowed.join(', ')}.`,
      );
    }
  }
  const { ablation, classIndex } = settings;
  if (typeof ablation === 'string' && !['zero', 'zero-kernel', 'channel-mean'].includes(ablation)) {
    throw new XaiError(
      'invalid-option',
      `ablation is ${shown(ablation)}; choose zero, zero-kernel, channel-mean or one number a channel.`,
    );
  }
  if (typeof classIndex === 'string' && !['predicted', 'all'].includes(classIndex)) {
    throw new XaiError(
      'invalid-option',
      `classIndex is ${shown(classIndex)}; choose predicted, all or class indices.`,
    );
  }
  return settings;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}
