import type { ExplanationRun } from '@ablation-cam/xai';
import type {
  MethodAttribution,
  ClassMap,
  Explained,
  FeatureMapData,
  MethodMetrics,
  MaskedData,
} from '../protocol/descriptions.ts';
import type { AnsweredMap, Job, SlotName, ViewerState } from './state.ts';
import { isWallDone, wallDone } from './wanted-wall.ts';
import { isExplained, needsAttribution, shownClassIndex, wantedCalls } from './wanted-calls.ts';

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
  if (!needsAttribution(state)) {
    return { ...own, run: state.explained.result.run, contrast: null, isOfAll: true };
  }
  const { attribution } = state;
  return attribution !== null && attribution.key === wantedCalls(state).attribute?.key
    ? mapOf(attribution)
    : null;
}

function mapOf({ result: { run, map }, classIndex, contrast }: AnsweredMap): ShownAttribution {
  return { ...map, run, classIndex, contrast, isOfAll: false };
}

/** What stage and verdict show. */
export interface ShownView {
  readonly explained: Explained;
  /** Null while the map that was chosen is on its way. */
  readonly attribution: ShownAttribution | null;
  /** Whether it is what was asked for, and not what was shown before. */
  readonly isCurrent: boolean;
}

/** The explanation and the map that belongs to it; null before the first. */
export function shownView(state: ViewerState): ShownView | null {
  const { explained, attribution: answered, input, model, display } = state;
  if (!explained) return null;
  const attribution = shownAttribution(state);
  if (input?.kind !== 'frame') {
    return {
      explained: explained.result,
      attribution,
      isCurrent: isExplained(state) && attribution !== null,
    };
  }
  // Of live pictures the last one whose map is there: they are always one behind.
  const isLast =
    attribution === null &&
    answered?.result.run.method === display.method &&
    answered.key.startsWith(`${model.id}|`);
  return isLast
    ? { explained: answered.of, attribution: mapOf(answered), isCurrent: true }
    : { explained: explained.result, attribution, isCurrent: attribution !== null };
}

/** Whether everything that is shown of the input is there. */
export function isShown(state: ViewerState): boolean {
  return isExplained(state) && shownAttribution(state) !== null;
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

/** A call under way. */
export interface OpenJob extends Job {
  readonly slot: SlotName;
}

/** The call that a slot waits for; null where it waits for none. */
export function jobOf(state: ViewerState, slot: SlotName): OpenJob | null {
  const job = state.jobs[slot];
  return job !== undefined && job.key === wantedCalls(state)[slot]?.key ? { ...job, slot } : null;
}

/** The call that has been waited for longest: the worker answers one after the other. Live pictures are none to wait for. */
export function openJob(state: ViewerState): OpenJob | null {
  if (state.input?.kind === 'frame') return null;
  // The panel of the race shows by itself how far it is.
  const slots = WAITED_FOR.filter((slot) => slot !== 'race' || state.panel !== 'race');
  const open = slots.flatMap((slot) => jobOf(state, slot) ?? []);
  const first = open.reduce<OpenJob | null>(
    (earliest, job) => (earliest && earliest.since <= job.since ? earliest : job),
    null,
  );
  return first ?? wallJob(state);
}

/** The wall is asked for in many calls, and waited for as one; whatever else is waited for comes first. */
function wallJob(state: ViewerState): OpenJob | null {
  const { wall } = state;
  const since = wall?.since ?? null;
  if (!wall || since === null || wall.isCancelled || isWallDone(state)) return null;
  return { slot: 'wall', key: wall.id, since, done: wallDone(state) };
}

const WAITED_FOR: readonly SlotName[] = [
  'describe',
  'openResult',
  'resultTiles',
  'resultSample',
  'explain',
  'attribute',
  'mask',
  'features',
  'metrics',
  'race',
];

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
