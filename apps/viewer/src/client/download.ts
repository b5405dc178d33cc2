import { drawImageOverlay, drawSignalHeatmap, renderPng, type Decision } from '@ablation-cam/xai/drawing';
import { classNameOf, givenClassName, shownAttribution, type ShownAttribution } from '../state/selectors.ts';
import { stageMap } from '../state/stage-map.ts';
import { methodTitles } from '../state/method-titles.ts';
import { shownJson } from '../state/explanation-json.ts';
import type { ViewerState } from '../state/state.ts';

/** Saves the map over its input as a PNG file; returns what to tell. */
export async function downloadPicture(state: ViewerState): Promise<string> {
  const explained = state.explained?.result;
  const map = shownAttribution(state);
  if (!explained || !map) throw new Error('There is nothing to save yet.');
  const { display } = state;
  const { input, probabilities } = explained;
  const decision: Decision = {
    className: classNameOf(state, map.classIndex),
    probability: probabilities?.[map.classIndex] ?? null,
  };
  const { values, isSigned } = stageMap(explained, map, display);
  const heatmap = { shape: values.shape, data: Float32Array.from(values.data) };
  const text = {
    title: input.name,
    decision,
    caption: captionOf(state, map),
    colorMap: isSigned ? ('RdBu_r' as const) : display.colorMap,
  };
  const svg = input.image
    ? drawImageOverlay(input.image, heatmap, { ...text, opacity: display.opacity })
    : drawSignalHeatmap(input, heatmap, text);
  const name = `${fileName(input.name)}.png`;
  save(new Blob([Uint8Array.from(await renderPng(svg, { scale: 2 }))], { type: 'image/png' }), name);
  return `${name} was saved.`;
}

function captionOf(state: ViewerState, { run, contrast }: ShownAttribution): string {
  const { method, layers, score, settings } = run;
  const where = layers.length === 0 ? '' : ` at ${layers.join(', ')}`;
  const how = settings ? `, ${String(settings.ablation)}, ${settings.weighting}` : '';
  const against = contrast === null ? '' : `, rather than ${classNameOf(state, contrast)}`;
  return `${methodTitles[method]}${where}, ${score}${how}${against}`;
}

/** Saves the numbers of the class that is shown, as `pnpm explain --json` prints them; returns what to tell. */
export function downloadJson(state: ViewerState): string {
  const explained = state.explained?.result;
  const map = shownAttribution(state);
  if (!explained || !map) throw new Error('There is nothing to save yet.');
  const text = JSON.stringify(shownJson(explained, map, givenClassName(state, map.classIndex)), null, 2);
  const name = `${fileName(explained.input.name)}.json`;
  save(new Blob([text], { type: 'application/json' }), name);
  return `${name} was saved.`;
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken hold of it by the next task.
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 0);
}

function fileName(name: string): string {
  return `explanation-${name.replace(/[^\w.-]+/g, '-')}`;
}
