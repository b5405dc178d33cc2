import type { AdapterDescription } from '../device/adapter.ts';
import type { Plan } from '../plan/plan.ts';

/** What falls when a channel is switched off. */
export type Score = 'probability' | 'logit';

/**
 * How a fall becomes a weight, with y the score, y_k the score without channel k and A_k the channel's activation:
 * `relative-drop` is (y - y_k) / |y|, `slope` is (y - y_k) / ||A_k||.
 *
 * Source: Desai and Ramaswamy, "Ablation-CAM", WACV 2020, Eq. 3 (slope) and its practical form (relative drop).
 * Deviation: the relative drop divides by |y|, so that a negative logit does not turn counter-evidence into evidence.
 */
export type Weighting = 'relative-drop' | 'slope';

/** The norm of A_k in `slope`: the sum of absolute values or the Euclidean norm over all positions. */
export type Norm = 1 | 2;

/** The value that stands for "channel k is off". */
export type AblationValue =
  /** One value a channel, `[channels]`, or one a channel and input, `[inputs, channels]`. */
  | { readonly kind: 'values'; readonly values: Float32Array }
  /** The mean of the channel over the positions of the same input. */
  | { readonly kind: 'channel-mean' };

/**
 * Which classes are explained: the predicted one, every one, a list for all inputs, or of each input the `topK` classes with
 * the highest logits, highest first (all classes where there are no more).
 */
export type ClassSelection = 'predicted' | 'all' | readonly number[] | { readonly topK: number };

/** A tensor on the CPU, or on the executor's own device (usage STORAGE | COPY_SRC, float32, packed). */
export type TensorSource = Float32Array | GPUBuffer;

/** What one run of a prepared ablation takes: N inputs at once, their tensors, and what "off" and the weights shall mean. */
export interface AblationInput {
  /** Number of inputs, N. */
  readonly inputs: number;
  /** The target layer's output, `[inputs, ...positions, channels]`. */
  readonly activation: TensorSource;
  /** Logits of the untouched network, `[inputs, classes]`. */
  readonly logits: TensorSource;
  readonly ablation: AblationValue;
  readonly score: Score;
  readonly weighting: Weighting;
  readonly norm: Norm;
  readonly classes: ClassSelection;
  /**
   * Whether the scores of all classes without each channel are wanted, which takes K x C numbers an input. Default: false,
   * and nothing of that size is kept, copied or read back.
   */
  readonly ablatedScores?: boolean | undefined;
  /**
   * The values of the tail's `constant` nodes by their index in it, `[inputs, ...shape]`; those that `StepPlan.given`
   * names are needed.
   */
  readonly constants?: ReadonlyMap<number, TensorSource> | undefined;
  /** Needed where the plan has a `fallback` step. */
  readonly continueFrom?: ContinueFrom | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each chunk with the number of inputs done; where the variants of an input go in several, with parts of one. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** The tensors at which a plan leaves the kernels, for a chunk of inputs and variants. */
export interface FrontierChunk {
  readonly inputs: number;
  readonly variants: number;
  /**
   * In the order of `FallbackStep.frontier`: the node of the tail and its values, `[inputs, variants, ...shape]`. The
   * arrays may be used again after the call.
   */
  readonly tensors: readonly { readonly node: number; readonly values: Float32Array }[];
}

/**
 * Goes on from the frontier with the network's own layers. Returns the tail's logits, `[inputs, variants, classes]`.
 */
export type ContinueFrom = (chunk: FrontierChunk) => Promise<Float32Array>;

/** All arrays are row-major and belong to the caller. M is the number of classes that are explained, each with a map. */
export interface AblationOutput {
  /** `[inputs, classes]` */
  readonly logits: Float32Array;
  /**
   * The score of every class without channel k, in the units of the score, `[inputs, channels, classes]`; null where they
   * were not asked for.
   */
  readonly ablatedScores: Float32Array | null;
  /** `[inputs, M, channels]`, finite for finite logits; 0 where a logit that is explained, or the norm, is 0. */
  readonly weights: Float32Array;
  /**
   * How many weights lie beyond the range of a float32, as those of a class that was all but ruled out may: each is the
   * largest or the lowest finite float32 instead.
   */
  readonly clampedWeights: number;
  /** The class of each map, `[inputs, M]`. */
  readonly classIndices: Uint32Array;
  /** sum_k w_k A_k, `[inputs, M, ...positions]`, kept within the range of a float32. */
  readonly mapSigned: Float32Array;
  /** max(0, sum_k w_k A_k), `[inputs, M, ...positions]`. */
  readonly map: Float32Array;
  /** Dispatches that were submitted; 0 on an executor that has none, and of maps where the CPU makes them. */
  readonly dispatches: { readonly ablation: number; readonly map: number };
  /**
   * Of the multiply-adds that the plan counts (`describePlan`, for each input), those that were not done, since a factor is exactly
   * 0 in all variants that go together; padding, which the plan counts as well, is. 0 on executors that leave nothing out.
   */
  readonly operationsLeftOut: number;
  readonly timings: AblationTimings;
}

/** What a run took, in milliseconds. */
export interface AblationTimings {
  readonly ablationMs: number;
  /** 0 where the maps are made together with the ablation and cannot be told apart. */
  readonly mapMs: number;
  /** Time on the GPU, where the executor was asked to measure it. */
  readonly gpuMs: number | null;
}

/** What runs a plan: kernels of this package on WebGPU, ONNX Runtime, TensorFlow.js, or plain TypeScript in float64. */
export type ExecutorName = 'webgpu' | 'onnxruntime' | 'tfjs' | 'reference';

/** Runs plans. */
export interface Executor {
  readonly name: ExecutorName;
  readonly adapter: AdapterDescription | null;
  /** Uploads what a plan needs whatever the input; the caller disposes of the result. */
  prepare(plan: Plan): Promise<PreparedAblation>;
}

/** What was planned once, ready to run. */
export interface PreparedAblation<Planned = Plan> {
  readonly plan: Planned;
  /** @throws KernelsError `invalid-input`, `device-lost`, `too-large`; the signal's reason after an abort */
  run(input: AblationInput): Promise<AblationOutput>;
  /** Frees what `prepare` took; may be called twice. */
  dispose(): void;
}
