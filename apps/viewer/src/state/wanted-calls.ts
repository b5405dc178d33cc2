import type { MethodName } from '@ablation-cam/xai';
import type { CallName, Params, ExplanationRequest } from '../protocol/calls.ts';
import { wantedExciting } from './most-exciting.ts';
import { wantedResults } from './wanted-results.ts';
import { wantedWall } from './wanted-wall.ts';
import { erasureOf } from './erasing.ts';
import { comparedMethods, galleryPages, testSamples, type SlotName, type ViewerState } from './state.ts';

/** A call and what tells it from others: while the key stays the same, the answer does. */
export interface WantedCall<N extends CallName = CallName> {
  readonly key: string;
  readonly params: Params<N>;
}

export type WantedCalls = { readonly [N in SlotName]: WantedCall<N> | null };

/**
 * Returns what a state needs from the worker. It is all there is to asking: whoever changes the state has asked, and what is
 * no longer wanted is cancelled.
 */
export function wantedCalls(state: ViewerState): WantedCalls {
  const { model, labels, deviceGeneration, channels, race } = state;
  const request = requestOf(state);
  const explainKey = request ? keyOf(request, deviceGeneration) : '';
  const ablatedScores = showsAblatedScores(state);
  const classes = state.explained?.result.logits.length;
  return {
    describe: { key: model.id, params: { model } },
    labels:
      labels && classes !== undefined
        ? { key: `${labels.id}|${classes}`, params: { file: labels.file, classes } }
        : null,
    explain:
      request && !(isExplained(state) && hasAblatedScores(state, ablatedScores))
        ? { key: explainKey + (ablatedScores ? WITH_SCORES : ''), params: { ...request, ablatedScores } }
        : null,
    gallery: galleryCall(state),
    attribute: attributeCall(state, request, explainKey),
    metrics: metricsCall(state, request, explainKey),
    // Looks inside wait for the explanation, which says which layer and how many channels there are.
    features:
      request && isExplained(state) && state.panel === 'channels'
        ? { key: explainKey, params: request }
        : null,
    mask:
      request && isExplained(state) && channels.off.length > 0
        ? {
            key: `${explainKey}|off ${channels.off.join(',')}`,
            params: { ...request, channels: channels.off },
          }
        : null,
    ...wantedResults(state.results),
    excite: wantedExciting(state, isExplained(state)),
    wall: wantedWall(state),
    race: request && race.status === 'running' ? { key: `race ${race.run}`, params: request } : null,
  };
}

/** What is to be explained, or null where there is nothing yet. */
export function requestOf({
  model,
  input,
  normalization,
  fit,
  erasing,
  settings,
}: ViewerState): ExplanationRequest | null {
  return input && { model, input, normalization, fit, erasure: erasureOf(erasing), settings };
}

/** Whether what is shown is what is wanted. */
export function isExplained(state: ViewerState): boolean {
  const request = requestOf(state);
  if (request === null || !state.explained) return false;
  const key = keyOf(request, state.deviceGeneration);
  return state.explained.key === key || state.explained.key === key + WITH_SCORES;
}

/** Whether what is shown can be kept: it is what is wanted, or of a moment ago while pictures come from a camera. */
export function isKeepable(state: ViewerState): boolean {
  return isExplained(state) || (state.input?.kind === 'frame' && state.explained !== null);
}

/** What the key of an explanation ends in that has the scores without each channel. */
const WITH_SCORES = '|scores';

/** Whether the open panel shows the scores without each channel: K C numbers that are not computed for nobody. */
function showsAblatedScores({ panel }: ViewerState): boolean {
  return panel === 'channels' || panel === 'numbers';
}

function hasAblatedScores({ explained }: ViewerState, wanted: boolean): boolean {
  return !wanted || explained?.result.ablatedScores !== null;
}

function keyOf(
  { model, input, normalization, fit, erasure, settings }: ExplanationRequest,
  generation: number,
): string {
  const { output, layer, ablation, score, weighting, strategy, executor } = settings;
  const how = [output ?? '', layer ?? '', ablation, score, weighting, strategy, executor];
  return [model.id, input.id, normalization, fit, erasure?.id ?? '', ...how, generation].join('|');
}

/** The class that is shown, where the explanation is there. */
export function shownClassIndex({ explained, display }: ViewerState): number | null {
  if (!explained) return null;
  const { logits, maps } = explained.result;
  const predicted = logits.reduce((best, value, c) => (value > (logits[best] ?? -Infinity) ? c : best), 0);
  const wanted = display.classIndex ?? predicted;
  return maps.some(({ classIndex }) => classIndex === wanted) ? wanted : predicted;
}

/** Whether the map that is shown is another than those of the explanation. */
export function needsAttribution(state: ViewerState): boolean {
  const { method, contrast } = state.display;
  return method !== 'ablation-cam' || (contrast !== null && contrast !== shownClassIndex(state));
}

function attributeCall(
  state: ViewerState,
  request: ExplanationRequest | null,
  explainKey: string,
): WantedCall<'attribute'> | null {
  const classIndex = shownClassIndex(state);
  if (!request || classIndex === null || !isExplained(state) || !needsAttribution(state)) return null;
  const { method } = state.display;
  const contrast = state.display.contrast === classIndex ? null : state.display.contrast;
  return {
    key: [explainKey, method, classIndex, contrast].join('|'),
    params: { ...request, method, classIndex, contrast },
  };
}

/** The methods side by side, the one that is shown among them. */
function measuredMethods({ display: { method } }: ViewerState): readonly MethodName[] {
  return comparedMethods.includes(method) ? comparedMethods : [method, ...comparedMethods];
}

function metricsCall(
  state: ViewerState,
  request: ExplanationRequest | null,
  explainKey: string,
): WantedCall<'metrics'> | null {
  const classIndex = shownClassIndex(state);
  const isOpen = state.panel === 'methods';
  if (!request || classIndex === null || !isOpen || !isExplained(state)) return null;
  const { fraction, blank } = state;
  const methods = measuredMethods(state);
  return {
    key: [explainKey, 'metrics', classIndex, fraction, blank, methods[0]].join('|'),
    params: { ...request, methods, classIndex, fraction, blank },
  };
}

function galleryCall({ model, galleryFirst, panel }: ViewerState): WantedCall<'gallery'> | null {
  if (model.kind !== 'built-in' || panel === null) return null;
  const count = Math.min(galleryPages[model.id], testSamples[model.id] - galleryFirst);
  return { key: `${model.id}|${galleryFirst}`, params: { model, first: galleryFirst, count } };
}
