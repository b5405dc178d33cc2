import type { Fit } from '@ablation-cam/model';
import type { MethodName } from '@ablation-cam/xai';
import type { ColorMapName } from '@ablation-cam/xai/drawing';
import type { Blank, ExplainSettings } from '../protocol/calls.ts';
import type {
  MethodAttribution,
  Explained,
  FeatureMapData,
  GalleryItem,
  MethodMetrics,
  MaskedData,
  ModelDescription,
  RaceResult,
} from '../protocol/descriptions.ts';
import { noErasing, type Erasing } from './erasing.ts';
import { noExciting, type Exciting } from './exciting.ts';
import type { PinnedView } from './pinned-view.ts';
import type { BuiltInName, ChosenInput, ChosenModel, NormalizationName } from '../protocol/sources.ts';
import { emptyShelf, type Shelf } from './shelf.ts';
import type { Results } from './results.ts';
import type { Tour } from './tour.ts';
import type { Wall } from './wall.ts';

/** What the worker answered last, and to which call: it may be out of date. */
export interface Answered<T> {
  readonly key: string;
  readonly result: T;
}

/** A map that was asked for by itself, with the explanation it belongs to. */
export interface AnsweredMap extends Answered<MethodAttribution> {
  readonly of: Explained;
  readonly classIndex: number;
  readonly contrast: number | null;
}

/** How the map is shown; nothing here is computed anew in the worker. */
export interface Display {
  /** The class whose map is shown; null for the predicted one. */
  readonly classIndex: number | null;
  /** The class it is held against; null for the class by itself. */
  readonly contrast: number | null;
  readonly method: MethodName;
  readonly opacity: number;
  readonly colorMap: ColorMapName;
  /** Resized to the input, or the layer's own grid. */
  readonly resolution: 'resized' | 'raw';
  /** Whether the true region is outlined, where it is known. */
  readonly outline: boolean;
  /** Null for what suits the width of the window. */
  readonly arrangement: Arrangement | null;
  /** What speaks for the class, or also what speaks against it. */
  readonly sides: MapSides;
  /** From this share of the largest value on, values are drawn; 0 for all. */
  readonly threshold: number;
  /** Whether a line is drawn around what lies above the threshold, or above half where that is 0. */
  readonly contour: boolean;
  /** Whether the picture has the width of the page to itself. */
  readonly large: boolean;
}

/** How input and map share the stage: beside each other, the map over the input, or up to a divider that can be moved. */
export type Arrangement = 'beside' | 'over' | 'swipe';

export type MapSides = 'for' | 'both';

/** What the lower panel shows. */
export type PanelName = 'channels' | 'methods' | 'compare' | 'race' | 'live' | 'numbers';

export interface ChannelsView {
  readonly order: 'weight' | 'index';
  /** The channel that is looked at. */
  readonly focused: number | null;
  /** Channels that are switched off together, in increasing order. */
  readonly off: readonly number[];
}

export type Race =
  | { readonly status: 'idle' }
  | { readonly status: 'running'; readonly run: number }
  | { readonly status: 'cancelled'; readonly run: number }
  | { readonly status: 'finished'; readonly run: number; readonly result: RaceResult };

export interface Problem {
  readonly message: string;
  /** What it is about, so that it goes when that has changed. */
  readonly slot: SlotName | 'page';
}

/** What the page wants of the worker at the same time, at most one call each. */
export type SlotName =
  | 'describe'
  | 'labels'
  | 'explain'
  | 'attribute'
  | 'gallery'
  | 'features'
  | 'mask'
  | 'metrics'
  | 'excite'
  | 'openResult'
  | 'resultTiles'
  | 'resultSample'
  | 'race'
  | 'wall';

/** A call that the worker has not answered yet. */
export interface Job {
  readonly key: string;
  /** When it was asked for, in milliseconds of `performance.now`. */
  readonly since: number;
  /** How much of it is done, 0 to 1; null while it has not said. */
  readonly done: number | null;
}

/** What an explanation is about, and what its model is called. */
export type About = Pick<
  ViewerState,
  | 'model'
  | 'input'
  | 'labels'
  | 'normalization'
  | 'fit'
  | 'settings'
  | 'erasing'
  | 'description'
  | 'classNames'
>;

export interface ViewerState {
  readonly model: ChosenModel;
  /** Null until a model of the user's own gets its first input. */
  readonly input: ChosenInput | null;
  readonly labels: { readonly id: string; readonly file: File } | null;
  /** Null for what the model says of itself. */
  readonly normalization: NormalizationName | null;
  /** How pictures of other proportions become those of the network. */
  readonly fit: Fit;
  readonly settings: ExplainSettings;
  /** Whether settings are shown that take some knowledge. */
  readonly isExpert: boolean;
  /** What is painted over the input. */
  readonly erasing: Erasing;
  readonly display: Display;
  /** The view that the present one is held against. */
  readonly pinned: PinnedView | null;
  /** What is shown once the present view is there and put aside. */
  readonly pinsFor: ViewerState | null;
  /** Null in the embedded view, which has no panels: nothing is computed for them, nor for the gallery. */
  readonly panel: PanelName | null;
  readonly channels: ChannelsView;
  /** The share of the input that is kept to measure a map. */
  readonly fraction: number;
  /** What stands where it is not kept. */
  readonly blank: Blank;
  readonly race: Race;
  /** The first sample of the gallery. */
  readonly galleryFirst: number;
  /** Networks and inputs of the user's that are a click away. */
  readonly shelf: Shelf;
  /** Many inputs at once, where they were given. */
  readonly wall: Wall | null;
  /** The explanations of a whole data set, where a result of `explain-set` was given. */
  readonly results: Results | null;
  /** The tour, while somebody takes it. */
  readonly tour: Tour | null;
  /** Grows when the GPU device was lost: what was computed on it is asked for again. */
  readonly deviceGeneration: number;

  readonly description: ModelDescription | null;
  /** Names from a file of the user's, which take the place of the model's. */
  readonly classNames: readonly string[] | null;
  readonly explained: Answered<Explained> | null;
  /** What last worked: a file that is not what it says leads back here. */
  readonly good: About | null;
  readonly gallery: readonly GalleryItem[];
  readonly attribution: AnsweredMap | null;
  readonly metrics: Answered<readonly MethodMetrics[]> | null;
  /** What was begun and not answered; those that are no longer wanted are left over, see `jobOf`. */
  readonly jobs: Readonly<Partial<Record<SlotName, Job>>>;
  readonly features: Answered<FeatureMapData> | null;
  readonly masked: Answered<MaskedData> | null;
  readonly exciting: Exciting;
  readonly problem: Problem | null;
  /** What is worth knowing and no problem. */
  readonly notice: string | null;
}

/** How many test samples are shown at a time: of tissue, whose photographs are most of what a first visit fetches, one of each kind. */
export const galleryPages: Readonly<Record<BuiltInName, number>> = { mnist1d: 15, textures: 15, tissue: 8 };

/** The shares of the input to choose from. */
export const fractions: readonly number[] = [0.1, 0.2, 0.3, 0.5, 0.7, 0.9];

/** As in the study of MNIST-1D. */
export const DEFAULT_FRACTION = 0.3;

/** Black is itself something to see; an input's own mean is nearer to nothing. */
export const DEFAULT_BLANK: Blank = 'mean';

/** Methods that are shown side by side: those that take about a pass through the network, and a random map to hold them against. */
export const comparedMethods: readonly MethodName[] = [
  'ablation-cam',
  'grad-cam',
  'grad-cam++',
  'layer-cam',
  'hires-cam',
  'eigen-cam',
  'saliency',
  'random',
];

export const builtInModels: Readonly<Record<BuiltInName, ChosenModel & { readonly kind: 'built-in' }>> = {
  mnist1d: { kind: 'built-in', id: 'mnist1d', name: 'MNIST-1D' },
  textures: { kind: 'built-in', id: 'textures', name: 'Textures' },
  tissue: { kind: 'built-in', id: 'tissue', name: 'Tissue' },
};

/** How many test samples the built-in data sets have. */
export const testSamples: Readonly<Record<BuiltInName, number>> = {
  mnist1d: 1000,
  textures: 500,
  tissue: 24,
};

export function sampleOf(name: BuiltInName, index: number): ChosenInput {
  return {
    kind: 'sample',
    id: `${name}:${index}`,
    name: `${builtInModels[name].name}, test sample ${index}`,
  };
}

export const defaultSettings: ExplainSettings = {
  output: null,
  layer: null,
  ablation: 'zero',
  score: 'probability',
  weighting: 'relative-drop',
  strategy: 'planned',
  executor: 'auto',
};

export const defaultDisplay: Display = {
  classIndex: null,
  contrast: null,
  method: 'ablation-cam',
  opacity: 0.7,
  colorMap: 'viridis',
  resolution: 'resized',
  outline: true,
  arrangement: null,
  sides: 'for',
  threshold: 0,
  contour: false,
  large: false,
};

export function initialState(name: BuiltInName): ViewerState {
  return {
    model: builtInModels[name],
    input: sampleOf(name, 0),
    labels: null,
    normalization: null,
    fit: 'squash',
    settings: defaultSettings,
    isExpert: false,
    erasing: noErasing,
    display: defaultDisplay,
    pinned: null,
    pinsFor: null,
    panel: 'channels',
    channels: { order: 'weight', focused: null, off: [] },
    fraction: DEFAULT_FRACTION,
    blank: DEFAULT_BLANK,
    race: { status: 'idle' },
    galleryFirst: 0,
    shelf: emptyShelf,
    wall: null,
    results: null,
    tour: null,
    deviceGeneration: 0,
    description: null,
    classNames: null,
    explained: null,
    good: null,
    gallery: [],
    attribution: null,
    metrics: null,
    jobs: {},
    features: null,
    masked: null,
    exciting: noExciting,
    problem: null,
    notice: null,
  };
}
