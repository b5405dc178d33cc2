import type { OriginalImage, PictureDescription } from '@ablation-cam/model';
import type {
  ClassExplanation,
  Explanation,
  ExplanationRun,
  FloatArray,
  MethodName,
  PositionMap,
} from '@ablation-cam/xai';
import type { DropIncrease, Localization } from '@ablation-cam/xai/metrics';

export interface LayerDescription {
  readonly name: string;
  /** What it is, as its format calls it: "Conv2D". */
  readonly type: string;
  /** Without the batch; null where the model leaves a size open. */
  readonly shape: readonly (number | null)[];
  /** Names of the layers that it takes; none for an input. */
  readonly inputs: readonly string[];
  /** Whether its output is a feature map that leads to the classes. */
  readonly isCandidate: boolean;
}

export interface ModelDescription {
  readonly name: string;
  /** The model's outputs by their names. */
  readonly outputs: readonly string[];
  /** The one that is explained; null where there is only one. */
  readonly output: string | null;
  /** In the order of computation; candidates are those that lead to the output that is explained. */
  readonly layers: readonly LayerDescription[];
  readonly defaultLayer: string;
  /** Without the batch. */
  readonly inputShape: readonly (number | null)[];
  readonly takes: 'image' | 'signal';
  readonly parameters: number;
  /** One for each output, or null where the model does not name them. */
  readonly classNames: readonly string[] | null;
  /** How pictures are scaled and who says so, or null where nothing does. */
  readonly scale: PictureDescription['scale'] | null;
}

export interface InputDescription {
  readonly name: string;
  /** What the network gets, row-major, without the batch. */
  readonly data: Float32Array;
  readonly shape: readonly number[];
  /** The image as the network gets it, before it is resized, where it is one; large ones smaller. */
  readonly image: OriginalImage | null;
  /** Height and width of an image as it was given. */
  readonly givenSize: readonly [number, number] | null;
  /** Whether parts of it could be seen through: it was laid on white. */
  readonly isOnWhite: boolean;
  /** The color that the network gets as 0, `[red, green, blue]`, where the input is an image. */
  readonly zeroColor: readonly number[] | null;
  /** The true class, where it is known. */
  readonly label: number | null;
  /** 1 where the evidence for the true class is, `[image.height, image.width]`, where it is known. */
  readonly mask: Uint8Array | null;
}

/** The map of one class. */
export type ClassMap = Pick<
  ClassExplanation,
  'classIndex' | 'classScore' | 'weights' | 'map' | 'mapSigned' | 'warnings'
>;

/** What a network said about one input, and why. */
export interface Explained {
  readonly model: ModelDescription;
  readonly input: InputDescription;
  readonly run: ExplanationRun;
  /** Whether the browser gave a WebGPU device, in use or not. */
  readonly hasWebGpu: boolean;
  readonly probabilities: Float32Array | null;
  readonly logits: Float32Array;
  /** `[channels, classes]`, or null where they were not asked for. */
  readonly ablatedScores: Float32Array | null;
  /** One for each class; for many classes, the likeliest. */
  readonly maps: readonly ClassMap[];
}

/** The map of one class, or of one class against another, by any method. */
export interface MethodAttribution {
  readonly run: ExplanationRun;
  readonly map: Pick<
    Explanation,
    'weights' | 'map' | 'mapSigned' | 'attributions' | 'convergenceDelta' | 'warnings'
  >;
}

/** A method's map and how faithful it is, or why it has none. */
export type MethodMetrics =
  | {
      readonly kind: 'measured';
      readonly method: MethodName;
      readonly map: PositionMap<FloatArray>;
      readonly totalMs: number;
      readonly faithfulness: DropIncrease;
      /** Which part of the input was kept to find that out, 1 at its positions. */
      readonly kept: PositionMap;
      /** Where the true region is known. */
      readonly localization: Localization | null;
    }
  | { readonly kind: 'failed'; readonly method: MethodName; readonly message: string };

export interface GalleryItem {
  /** Id of the sample. */
  readonly id: string;
  readonly label: number;
  readonly predicted: number;
  readonly signal: Float32Array | null;
  readonly image: OriginalImage | null;
}

/** What the network says of one of many inputs, and why. */
export type WallAnswer =
  | {
      readonly kind: 'explained';
      readonly id: string;
      readonly predicted: number;
      /** Its probability, where the network gives any. */
      readonly confidence: number | null;
      /** The input, small. */
      readonly picture: Pick<GalleryItem, 'image' | 'signal'>;
      /** As the network gets it, without the batch. */
      readonly shape: readonly number[];
      /** 0 to 1, on the layer's own grid. */
      readonly map: PositionMap;
    }
  | { readonly kind: 'failed'; readonly id: string; readonly message: string };

/** The output of the target layer, `[...positions, channels]`. */
export interface FeatureMapData {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

export interface MaskedData {
  /** The channels that were off. */
  readonly channels: readonly number[];
  readonly probabilities: Float32Array | null;
  readonly logits: Float32Array;
}

/** How strongly the channels of a layer respond to an input. */
export interface Excitement {
  /** Id of the input. */
  readonly id: string;
  /** The largest activation of each channel; null for an input that the network cannot take. */
  readonly peaks: Float32Array | null;
}

/** What one side of the race took. */
export interface RaceSide {
  /** From the call to the result. */
  readonly totalMs: number;
  readonly ablationMs: number;
}

export interface RaceResult {
  readonly planned: RaceSide & { readonly dispatches: number };
  readonly naive: RaceSide & { readonly passes: number };
  /** Of a weight, as a fraction of the largest absolute weight. */
  readonly largestDifference: number;
  /** What the plan says before it runs. */
  readonly plan: {
    /** Multiply-adds, for all channels together. */
    readonly operations: number;
    /** Memory besides the weights. */
    readonly runBytes: number;
    /** Multiply-adds of the loop over what follows the layer, divided by those of the plan. */
    readonly loopRatio: number;
    /** Layers that are run a channel, because there is no rule for them. */
    readonly fallback: readonly string[];
  };
  readonly executor: string;
  readonly backend: string;
}

export type { PositionMap };
