import type { AdapterDescription, ExecutorName, Norm, Score, Weighting } from '@ablation-cam/kernels';
import type { BackendName } from '@ablation-cam/model';
import type { Ablation, Strategy } from './options.ts';

/** A map over positions, row-major: `[length]` of a signal, `[height, width]` of an image. */
export interface PositionMap<Data extends FloatArray = Float32Array> {
  readonly shape: readonly number[];
  readonly data: Data;
}

/** Gradient methods give float64: the weights of a class that is all but ruled out are below what float32 holds. */
export type FloatArray = Float32Array | Float64Array;

/** Why the network answered as it did, for one input: what every method gives. */
export interface Explanation {
  /** Which input of the batch this explains. */
  readonly inputIndex: number;
  /** The class the explained score is about, the first of several; null where the score is about no class. */
  readonly classIndex: number | null;
  /** The score y that is explained. */
  readonly classScore: number;
  /** One for each class, or null where the network stops at the logits or has no classes. */
  readonly probabilities: Float32Array | null;
  /** One for each class, or null where the output is not one vector of classes. */
  readonly logits: Float32Array | null;
  /** w_k, `[channels]`, or null where the method has no weights. */
  readonly weights: FloatArray | null;
  /**
   * How much each position speaks for the score (positive) or against it: sum_k w_k A_k at the target layer's resolution
   * for methods that weigh channels, the sum over the input's channels for methods that attribute to the input.
   */
  readonly mapSigned: PositionMap<FloatArray>;
  /** max(0, mapSigned). */
  readonly map: PositionMap<FloatArray>;
  /** `map` resized to the input's positions (bilinear, half-pixel centres) and divided by its maximum: in [0, 1]. */
  readonly heatmap: PositionMap;
  /** One for each element of the input, in its shape; absent where the method does not attribute to the input. */
  readonly attributions?: PositionMap<FloatArray>;
  /** What completeness leaves over: the sum of the attributions less y minus the score at the baseline. */
  readonly convergenceDelta?: number;
  /** What a reader of this map should know, in sentences. */
  readonly warnings: readonly string[];
}

/** Why one class got its score, by Ablation-CAM. */
export interface AblationExplanation extends Explanation {
  readonly classIndex: number;
  readonly logits: Float32Array;
  readonly weights: Float32Array;
  readonly mapSigned: PositionMap;
  readonly map: PositionMap;
  /** The score of every class without channel k, in the units of the score, `[channels, classes]`. */
  readonly ablatedScores: Float32Array;
}

/** A decision that was taken for the caller, with its reason. */
export interface Choice<T> {
  readonly requested: T | 'auto';
  readonly chosen: T;
  readonly reason: string;
}

export interface AblationCamResult {
  readonly method: 'ablation-cam';
  /** By input, then by class. */
  readonly explanations: readonly AblationExplanation[];
  readonly layer: string;
  readonly channels: number;
  readonly classes: number;
  readonly score: Score;
  readonly ablation: Ablation;
  readonly weighting: Weighting;
  readonly norm: Norm;
  readonly strategy: Strategy;
  readonly backend: Choice<BackendName>;
  /** Null in the naive strategy, which has none. */
  readonly executor: Choice<ExecutorName> | null;
  /** The adapter of the executor, or of the backend in the naive strategy; null where no GPU had a part. */
  readonly adapter: AdapterDescription | null;
  /** GPU dispatches of the ablation and of the maps; passes through the network are not counted. */
  readonly dispatches: { readonly ablation: number; readonly map: number };
  readonly timings: Timings;
  /** About the whole run. */
  readonly warnings: readonly string[];
}

/** In milliseconds. `totalMs` holds everything from the call to the result, reading and uploading weights included. */
export interface Timings {
  readonly forwardMs: number;
  readonly ablationMs: number;
  readonly mapMs: number;
  readonly totalMs: number;
}
