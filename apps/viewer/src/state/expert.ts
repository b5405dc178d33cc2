import type { ExplainSettings } from '../protocol/calls.ts';
import { defaultDisplay, defaultSettings, type Display, type ViewerState } from './state.ts';

/** What only experts change. */
const SETTINGS = [
  'ablation',
  'score',
  'weighting',
  'strategy',
  'executor',
] as const satisfies readonly (keyof ExplainSettings)[];
const DISPLAY = [
  'colorMap',
  'resolution',
  'threshold',
  'contour',
] as const satisfies readonly (keyof Display)[];
const PANEL = 'numbers';

/** Whether something is other than usual that only expert settings show. */
export function needsExpert({ settings, display, panel }: ViewerState): boolean {
  return (
    panel === PANEL ||
    SETTINGS.some((name) => settings[name] !== defaultSettings[name]) ||
    DISPLAY.some((name) => display[name] !== defaultDisplay[name])
  );
}

/** Shows the expert settings where one of them is other than usual: nothing that counts is hidden. */
export function withNeededExpert(state: ViewerState): ViewerState {
  return !state.isExpert && needsExpert(state) ? { ...state, isExpert: true } : state;
}

/** Hides the expert settings, which are the usual ones from then on. */
export function withoutExpert(state: ViewerState): ViewerState {
  const { ablation, score, weighting, strategy, executor } = defaultSettings;
  const { colorMap, resolution, threshold, contour } = defaultDisplay;
  return {
    ...state,
    isExpert: false,
    settings: { ...state.settings, ablation, score, weighting, strategy, executor },
    display: { ...state.display, colorMap, resolution, threshold, contour },
    panel: state.panel === PANEL ? 'channels' : state.panel,
  };
}
