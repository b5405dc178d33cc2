import type { Fit } from '@ablation-cam/model';
import type { MethodName } from '@ablation-cam/xai';
import type {
  MethodAttribution,
  Excitement,
  Explained,
  FeatureMapData,
  GalleryItem,
  MethodMetrics,
  MaskedData,
  ModelDescription,
  RaceResult,
  WallAnswer,
} from './descriptions.ts';
import type { Erasure } from './erasure.ts';
import type { ResultOverview, ResultSample, ResultSource, ResultTile } from './results.ts';
import type { ChosenInput, ChosenModel, NormalizationName } from './sources.ts';

/** How a prediction is explained. */
export interface ExplainSettings {
  /** Null for the model's only output, or its first. */
  readonly output: string | null;
  /** Null for the model's last feature map. */
  readonly layer: string | null;
  readonly ablation: 'zero' | 'zero-kernel' | 'channel-mean';
  readonly score: 'probability' | 'logit';
  readonly weighting: 'relative-drop' | 'slope';
  /** All channels together, or a pass through the network for each. */
  readonly strategy: 'planned' | 'naive';
  /** What computes the plan. */
  readonly executor: 'auto' | 'webgpu' | 'tfjs' | 'reference';
}

/** What an explanation is about. */
export interface ExplanationRequest {
  readonly model: ChosenModel;
  readonly input: ChosenInput;
  /** Null for what the model says of itself, see `ModelDescription.scale`. */
  readonly normalization: NormalizationName | null;
  /** How pictures of other proportions become those of the network. */
  readonly fit: Fit;
  /** What is erased of the input; null for all of it as it is. */
  readonly erasure: Erasure | null;
  readonly settings: ExplainSettings;
}

/** What stands where the input is blanked: 0, or the mean of the input, one for each of its channels. */
export type Blank = 'mean' | 'zero';

/** What the page asks of the worker, by name. Parameters and results survive structured cloning. */
export interface Calls {
  /** The model itself. */
  describe: { params: { readonly model: ChosenModel }; result: ModelDescription };
  /** Class names out of a text file. */
  labels: { params: { readonly file: File; readonly classes: number }; result: readonly string[] };
  /** Samples of a built-in data set with what its model says about them. */
  gallery: {
    params: { readonly model: ChosenModel; readonly first: number; readonly count: number };
    result: readonly GalleryItem[];
  };
  explain: {
    /** Whether the scores of all classes without each channel are wanted as well. */
    params: ExplanationRequest & { readonly ablatedScores: boolean };
    result: Explained;
  };
  /** A class, perhaps against another one, by any method. */
  attribute: {
    params: ExplanationRequest & {
      readonly method: MethodName;
      readonly classIndex: number;
      readonly contrast: number | null;
    };
    result: MethodAttribution;
  };
  /** Methods side by side, each measured by what is left when only `fraction` of the input is kept and the rest is blanked. */
  metrics: {
    params: ExplanationRequest & {
      readonly methods: readonly MethodName[];
      readonly classIndex: number;
      readonly fraction: number;
      readonly blank: Blank;
    };
    result: readonly MethodMetrics[];
  };
  features: { params: ExplanationRequest; result: FeatureMapData };
  /** The prediction with channels switched off together. */
  mask: { params: ExplanationRequest & { readonly channels: readonly number[] }; result: MaskedData };
  /** Many inputs, each with its predicted class; those that there was no time for are left out. */
  wall: {
    params: Omit<ExplanationRequest, 'input' | 'erasure'> & { readonly inputs: readonly ChosenInput[] };
    result: readonly WallAnswer[];
  };
  /** How strongly the channels of the layer respond to many inputs; those that there was no time for are left out. */
  excite: {
    params: Omit<ExplanationRequest, 'input' | 'erasure'> & { readonly inputs: readonly ChosenInput[] };
    result: readonly Excitement[];
  };
  /** What a result of `explain-set` holds. */
  openResult: { params: { readonly source: ResultSource }; result: ResultOverview };
  /** Samples of a result with their maps, small. */
  resultTiles: {
    params: { readonly source: ResultSource; readonly method: string; readonly indices: readonly number[] };
    result: readonly ResultTile[];
  };
  resultSample: {
    params: { readonly source: ResultSource; readonly method: string; readonly index: number };
    result: ResultSample;
  };
  /** The naive loop against the plan; the progress is the share of the loop that is done. */
  race: { params: ExplanationRequest; result: RaceResult };
}

export type CallName = keyof Calls;
export type Params<N extends CallName> = Calls[N]['params'];
export type CallResult<N extends CallName> = Calls[N]['result'];

/** From the page to the worker. */
export type ToWorker =
  | {
      [N in CallName]: {
        readonly kind: 'call';
        readonly id: number;
        readonly name: N;
        readonly params: Params<N>;
      };
    }[CallName]
  | { readonly kind: 'cancel'; readonly id: number }
  /** Is anybody there? Answered at once, whatever is being computed. */
  | { readonly kind: 'ping' };

/** From the worker to the page. */
export type ToPage =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'progress'; readonly id: number; readonly done: number }
  | { readonly kind: 'error'; readonly id: number; readonly code: string; readonly message: string }
  | { readonly kind: 'alive' }
  /** The GPU device was lost; a new one is requested by the next call. */
  | { readonly kind: 'device-lost' }
  /** The worker's memory is in disorder, or far too large; another worker has to take its place. */
  | { readonly kind: 'broken' };
