import type { AdapterDescription, ExecutorName, Score } from '@ablation-cam/kernels';
import type { ForwardBackend } from '../runtime/choose-runtime.ts';
import type { AblationSettings } from '../methods/ablation.ts';
import type { MethodName } from '../methods/names.ts';

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
  /**
   * The score of every class without channel k, in the units of the score, `[channels, classes]`; there where Ablation-CAM was
   * asked for it. Of a target of the caller's: the logits without channel k.
   */
  readonly ablatedScores?: Float32Array;
  /** One for each element of the input, in its shape; absent where the method does not attribute to the input. */
  readonly attributions?: PositionMap<FloatArray>;
  /** What completeness leaves over: the sum of the attributions less y minus the score at the baseline. */
  readonly convergenceDelta?: number;
  /** What a reader of this map should know, in sentences. */
  readonly warnings: readonly string[];
}

/** Why one class got its score, by a method that weighs channels. */
export interface ClassExplanation extends Explanation {
  readonly classIndex: number;
  readonly logits: Float32Array;
  readonly weights: FloatArray;
}

/** A decision that was taken for the caller, with its reason. */
export interface Choice<T> {
  readonly requested: T | 'auto';
  readonly chosen: T;
  readonly reason: string;
}

/** What every method returns; plain arrays, nothing to dispose of. */
export interface ExplanationResult<E extends Explanation = Explanation> {
  readonly method: MethodName;
  /** By input, then by target. */
  readonly explanations: readonly E[];
  /** The target layers; none where the method attributes to the input. */
  readonly layers: readonly string[];
  /** Channels of the target layer; null where there are several layers or none. */
  readonly channels: number | null;
  /** Two where the network has one sigmoid unit; null where the output is not one vector of classes. */
  readonly classes: number | null;
  /** What was explained, one for each target: "probability of the predicted class". */
  readonly targets: readonly string[];
  /** A network that stops at its logits has no probabilities: its logits are explained. */
  readonly score: Score | 'function';
  /** How channels were switched off; null for all methods but Ablation-CAM. */
  readonly settings: AblationSettings | null;
  readonly backend: Choice<ForwardBackend>;
  /** What ran the ablation of Ablation-CAM; null for the other methods and for its naive strategy. */
  readonly executor: Choice<ExecutorName> | null;
  /** The adapter that had a part, or null. */
  readonly adapter: AdapterDescription | null;
  /** GPU dispatches of the ablation and of its maps; passes through the network are not counted. */
  readonly dispatches: { readonly ablation: number; readonly map: number };
  readonly timings: Timings;
  /** About the whole run. */
  readonly warnings: readonly string[];
}

/** What a result says of the whole run. */
export type ExplanationRun = Omit<ExplanationResult, 'explanations'>;

/** In milliseconds. What `totalMs`, from the call to the result, has beyond the others is preparation. */
export interface Timings {
  /** Passes through the network; with weights and maps where ONNX Runtime makes them in the same pass. */
  readonly forwardMs: number;
  /** From there to the weights: ablation, gradients, masked inputs. */
  readonly weightsMs: number;
  /** From the weights to the maps, resizing to the input included. */
  readonly mapMs: number;
  readonly totalMs: number;
}
