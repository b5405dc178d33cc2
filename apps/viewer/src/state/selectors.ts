import { heatmapOf, type ExplanationRun, type FloatArray, type PositionMap } from '@ablation-cam/xai';
import type {
  MethodAttribution,
  ClassMap,
  Explained,
  FeatureMapData,
  MethodMetrics,
  MaskedData,
} from '../protocol/descriptions.ts';
import type { ViewerState } from './state.ts';
import { needsAttribution, shownClassIndex, wantedCalls } from './wanted-calls.ts';

/** A class as it is listed. */
export interface ClassEntry {
  readonly index: number;
  readonly name: string;
  /** Probability, or the logit where the network stops there. */
  readonly score: number;
  /** The same with channels off, where some are. */
  readonly maskedScore: number | null;
}

/** More classes than this are listed by their score, the likeliest alone. */
const MOST_LISTED = 12;

export function predictedClass({ logits }: Pick<Explained, 'logits'>): number {
  return logits.reduce((best, value, c) => (value > (logits[best] ?? -Infinity) ? c : best), 0);
}

/** The class whose map is shown. */
export function shownMap(state: ViewerState): ClassMap | null {
  const wanted = shownClassIndex(state);
  return state.explained?.result.maps.find(({ classIndex }) => classIndex === wanted) ?? null;
}

/** The map on the stage. */
export type ShownAttribution = MethodAttribution['map'] & {
  readonly run: ExplanationRun;
  readonly classIndex: number;
  /** The class it is held against, or null. */
  readonly contrast: number | null;
  /** Whether it came with the explanation of all classes. */
  readonly isOfAll: boolean;
};

/** The map on the stage: that of the method and the class that were chosen, or null while it is on its way. */
export function shownAttribution(state: ViewerState): ShownAttribution | null {
  const own = shownMap(state);
  if (!own || !state.explained) return null;
  const { classIndex } = own;
  if (!needsAttribution(state)) {
    return { ...own, run: state.explained.result.run, contrast: null, isOfAll: true };
  }
  const wanted = wantedCalls(state).attribute;
  if (state.attribution === null || state.attribution.key !== wanted?.key) return null;
  const { run, map } = state.attribution.result;
  return { ...map, run, classIndex, contrast: wanted.params.contrast, isOfAll: false };
}

/** The classes in the order in which they are listed. */
export function listedClasses(state: ViewerState): readonly ClassEntry[] {
  const explained = state.explained?.result;
  const masked = maskedOf(state);
  if (!explained) return [];
  const scores = explained.probabilities ?? explained.logits;
  const maskedScores = masked && (masked.probabilities ?? masked.logits);
  const entries = explained.maps.map(({ classIndex: index }) => ({
    index,
    name: classNameOf(state, index),
    score: scores[index] ?? 0,
    maskedScore: maskedScores?.[index] ?? null,
  }));
  if (entries.length <= MOST_LISTED) return entries;
  return entries.sort((a, b) => b.score - a.score).slice(0, MOST_LISTED);
}

/** What a class is called for people. */
export function classNameOf(state: ViewerState, index: number): string {
  return givenClassName(state, index) ?? `class ${index}`;
}

/** The name that a class was given, by a file or by its model; null where there is none. */
export function givenClassName(
  { classNames, description, explained }: ViewerState,
  index: number,
): string | null {
  const names = classNames ?? (explained?.result.model ?? description)?.classNames;
  return names?.[index] ?? null;
}

/** The prediction with the channels off that are off; while another set is under way, that of the set before. */
export function maskedOf(state: ViewerState): MaskedData | null {
  const wanted = wantedCalls(state).mask;
  const isSameRequest = wanted !== null && state.masked?.key.split('|off')[0] === wanted.key.split('|off')[0];
  return isSameRequest ? (state.masked?.result ?? null) : null;
}

/** The methods side by side, or null while they are on their way. */
export function metricsOf(state: ViewerState): readonly MethodMetrics[] | null {
  return state.metrics !== null && state.metrics.key === wantedCalls(state).metrics?.key
    ? state.metrics.result
    : null;
}

/** The feature map of what is shown. */
export function featuresOf(state: ViewerState): FeatureMapData | null {
  const isCurrent = state.features?.key === wantedCalls(state).features?.key;
  return isCurrent ? (state.features?.result ?? null) : null;
}

/** The map as it is drawn: 0 to 1, resized to the input or on the layer's own grid. */
export function drawnMap(
  explained: Explained,
  { map }: { readonly map: PositionMap<FloatArray> },
  resolution: 'resized' | 'raw',
): PositionMap {
  const positions = explained.input.shape.slice(0, -1);
  const fits = resolution === 'resized' && positions.length === map.shape.length;
  return heatmapOf(map, fits ? positions : map.shape);
}
