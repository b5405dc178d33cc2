import { methodNames } from '@ablation-cam/xai';
import { colorMapNames } from '@ablation-cam/xai/drawing';
import type { ExplainSettings } from '../protocol/calls.ts';
import type { BuiltInName } from '../protocol/sources.ts';
import { withNeededExpert } from './expert.ts';
import { erasingIn, erasureText } from './link-erasure.ts';
import {
  builtInModels,
  DEFAULT_BLANK,
  DEFAULT_FRACTION,
  defaultDisplay,
  defaultSettings,
  fractions,
  initialState,
  sampleOf,
  galleryPages,
  testSamples,
  type PanelName,
  type ViewerState,
} from './state.ts';

type LinkedSetting = Exclude<keyof ExplainSettings, 'output' | 'layer'>;
const SETTINGS: { readonly [K in LinkedSetting]: readonly ExplainSettings[K][] } = {
  ablation: ['zero', 'zero-kernel', 'channel-mean'],
  score: ['probability', 'logit'],
  weighting: ['relative-drop', 'slope'],
  strategy: ['planned', 'naive'],
  executor: ['auto', 'webgpu', 'tfjs', 'reference'],
};
const LINKED_SETTINGS = Object.keys(SETTINGS) as readonly LinkedSetting[];
const PANELS: readonly PanelName[] = ['channels', 'methods', 'compare', 'race', 'live', 'numbers'];
const RESOLUTIONS = ['resized', 'raw'] as const;
const BLANKS = ['mean', 'zero'] as const;
const ORDERS = ['weight', 'index'] as const;
const ARRANGEMENTS = ['beside', 'over', 'swipe'] as const;
const SIDES = ['for', 'both'] as const;

/** What is erased, and the view that is kept as A, are in a link where they fit into so many characters in all. */
const MOST_CHARACTERS = 4000;

/**
 * Returns the part of an address after `#` that restores what is shown, or null where files of the user's are shown, which no link
 * can hold. What has its default is left out; `linkLoss` says what else.
 */
export function linkOf(state: ViewerState): string | null {
  const link = plainLink(state);
  const pinned = pinnedLink(state);
  if (link === null || pinned === null) return link;
  const both = `${link}&${new URLSearchParams({ a: pinned }).toString()}`;
  return both.length <= MOST_CHARACTERS ? both : link;
}

/** The link to the view that is kept as A; null where there is none, or none to be linked to. */
function pinnedLink({ pinned, ...state }: ViewerState): string | null {
  return pinned && plainLink({ ...state, ...pinned.about, display: pinned.display, pinned: null });
}

/** Says what is shown that the link leaves out; null where it holds all. */
export function linkLoss(state: ViewerState): string | null {
  const link = new URLSearchParams(linkOf(state) ?? '');
  const losses = [
    state.erasing.strokes.length > 0 && !link.has('erased')
      ? 'the input is as it was before a part was erased, since that is too much for an address'
      : [],
    state.pinned !== null && !link.has('a') ? 'nothing is kept as A, since no address can hold that' : [],
  ].flat();
  return losses.length === 0 ? null : losses.join(', and ');
}

function plainLink(state: ViewerState): string | null {
  const { model, input, settings, display, panel, channels, galleryFirst } = state;
  if (model.kind !== 'built-in' || input?.kind !== 'sample') return null;
  const link = new URLSearchParams({ sample: input.id });
  const put = (name: string, value: string | number | null, usual: string | number | null): void => {
    if (value !== usual && value !== null) link.set(name, String(value));
  };
  put('class', display.classIndex, null);
  put('against', display.contrast, null);
  put('method', display.method, defaultDisplay.method);
  put('layer', settings.layer, null);
  for (const name of LINKED_SETTINGS) {
    put(name, settings[name], defaultSettings[name]);
  }
  put('colors', display.colorMap, defaultDisplay.colorMap);
  put('opacity', display.opacity, defaultDisplay.opacity);
  put('map', display.resolution, defaultDisplay.resolution);
  put('region', display.outline ? 'shown' : 'hidden', 'shown');
  put('view', display.arrangement, null);
  put('sides', display.sides, defaultDisplay.sides);
  put('threshold', display.threshold, defaultDisplay.threshold);
  put('contour', display.contour ? 'shown' : 'hidden', 'hidden');
  put('stage', display.large ? 'wide' : 'usual', 'usual');
  put('panel', panel, 'channels');
  put('order', channels.order, 'weight');
  put('channel', channels.focused, null);
  put('off', channels.off.join(','), '');
  put('erased', erasureText(state.erasing), '');
  put('from', galleryFirst, pageOf(model.id, Number(input.id.split(':')[1])));
  put('keep', state.fraction, DEFAULT_FRACTION);
  put('blank', state.blank, DEFAULT_BLANK);
  return link.toString();
}

/**
 * Returns the state that a link leads to: where it holds a view to be kept as A, that one comes first, and what the link shows after it.
 *
 * @param kept what is there already, perhaps with that A
 */
export function openedLink(
  hash: string,
  available: readonly BuiltInName[],
  kept: ViewerState | null = null,
): ViewerState {
  const first = new URLSearchParams(hash.replace(/^#/, '')).get('a');
  if (first === null || (kept && pinnedLink(kept) === first)) return stateOfLink(hash, available);
  return { ...stateOfLink(first, available), pinsFor: stateOfLink(hash, available) };
}

/**
 * Returns the state that a link holds; what is missing or makes no sense has its default.
 *
 * @param available the built-in models there are
 */
export function stateOfLink(hash: string, available: readonly BuiltInName[]): ViewerState {
  const link = new URLSearchParams(hash.replace(/^#/, ''));
  const [name, index] = sampleIn(link.get('sample'), available);
  const state = initialState(name);
  const off = (link.get('off') ?? '')
    .split(',')
    .map(wholeNumber)
    .filter((k) => k !== null);
  return withNeededExpert({
    ...state,
    model: builtInModels[name],
    input: sampleOf(name, index),
    settings: {
      // Built-in models have one.
      output: null,
      layer: link.get('layer'),
      ablation: oneOf(link.get('ablation'), SETTINGS.ablation, defaultSettings.ablation),
      score: oneOf(link.get('score'), SETTINGS.score, defaultSettings.score),
      weighting: oneOf(link.get('weighting'), SETTINGS.weighting, defaultSettings.weighting),
      strategy: oneOf(link.get('strategy'), SETTINGS.strategy, defaultSettings.strategy),
      executor: oneOf(link.get('executor'), SETTINGS.executor, defaultSettings.executor),
    },
    display: {
      ...state.display,
      classIndex: wholeNumber(link.get('class')),
      contrast: wholeNumber(link.get('against')),
      method: oneOf(link.get('method'), methodNames, defaultDisplay.method),
      colorMap: oneOf(link.get('colors'), colorMapNames, defaultDisplay.colorMap),
      opacity: share(link.get('opacity')) ?? defaultDisplay.opacity,
      resolution: oneOf(link.get('map'), RESOLUTIONS, defaultDisplay.resolution),
      outline: link.get('region') !== 'hidden',
      arrangement: ARRANGEMENTS.find((name) => name === link.get('view')) ?? null,
      sides: oneOf(link.get('sides'), SIDES, defaultDisplay.sides),
      threshold: share(link.get('threshold')) ?? defaultDisplay.threshold,
      contour: link.get('contour') === 'shown',
      large: link.get('stage') === 'wide',
    },
    erasing: erasingIn(link.get('erased')),
    panel: oneOf(link.get('panel'), PANELS, 'channels'),
    channels: {
      order: oneOf(link.get('order'), ORDERS, state.channels.order),
      focused: wholeNumber(link.get('channel')),
      off: [...new Set(off)].sort((a, b) => a - b),
    },
    fraction: fractions.find((fraction) => fraction === Number(link.get('keep'))) ?? DEFAULT_FRACTION,
    blank: oneOf(link.get('blank'), BLANKS, DEFAULT_BLANK),
    // Without a word of where to begin, the page of samples that the chosen one is on.
    galleryFirst: Math.min(wholeNumber(link.get('from')) ?? pageOf(name, index), testSamples[name] - 1),
  });
}

function pageOf(name: BuiltInName, index: number): number {
  return index - (index % galleryPages[name]);
}

function sampleIn(text: string | null, available: readonly BuiltInName[]): [BuiltInName, number] {
  const [first = 'mnist1d'] = available;
  const [, name = '', digits = ''] = /^(\w+):(\d+)$/.exec(text ?? '') ?? [];
  const known = available.find((candidate) => candidate === name);
  const index = Number(digits);
  return known && index < testSamples[known] ? [known, index] : [first, 0];
}

function oneOf<T extends string>(text: string | null, allowed: readonly T[], usual: T): T {
  return allowed.find((value) => value === text) ?? usual;
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : null;
}

function share(text: string | null): number | null {
  const value = Number(text ?? NaN);
  return value >= 0 && value <= 1 ? value : null;
}
