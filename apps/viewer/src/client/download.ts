import { drawImageOverlay, drawSignalHeatmap, renderPng, type Decision } from '@ablation-cam/xai/drawing';
import { classNameOf, givenClassName, shownAttribution, type ShownAttribution } from '../state/selectors.ts';
import { aspectOf } from '../state/aspect.ts';
import { fittedWords } from '../state/picture-fit.ts';
import { rangeOf, stageMap } from '../state/stage-map.ts';
import { inputTitle } from '../state/input-title.ts';
import { howWords } from '../state/how-words.ts';
import { methodTitles } from '../state/method-titles.ts';
import { shownJson } from '../state/explanation-json.ts';
import type { Explained } from '../protocol/descriptions.ts';
import type { ViewerState } from '../state/state.ts';

/** Saves the map over its input as a PNG file; returns what to tell. */
export async function downloadPicture(state: ViewerState): Promise<string> {
  const { explained, map } = whatIsShown(state);
  const png = await renderPng(drawView(state, explained, map), { scale: 2 });
  return save(new Blob([Uint8Array.from(png)], { type: 'image/png' }), explained.input.name, 'png');
}

/** Saves what is shown as one HTML page that needs nothing else; returns what to tell. */
export async function downloadReport(state: ViewerState): Promise<string> {
  const { explained, map } = whatIsShown(state);
  const { renderReport } = await import('./report.ts');
  const page = renderReport(state, explained, map);
  return save(new Blob([page], { type: 'text/html' }), explained.input.name, 'html');
}

/** @throws Error before anything is shown, or while another map is on its way */
function whatIsShown(state: ViewerState): { readonly explained: Explained; readonly map: ShownAttribution } {
  const explained = state.explained?.result;
  const map = shownAttribution(state);
  if (!explained || !map) throw new Error('There is nothing to save yet.');
  return { explained, map };
}

/** Draws the map over its input: an SVG document. */
export function drawView(state: ViewerState, explained: Explained, map: ShownAttribution): string {
  const { display } = state;
  const { input, probabilities } = explained;
  const decision: Decision = {
    className: classNameOf(state, map.classIndex),
    probability: probabilities?.[map.classIndex] ?? null,
  };
  const stage = stageMap(explained, map, display);
  const { values, isSigned } = stage;
  const heatmap = { shape: values.shape, data: Float32Array.from(values.data) };
  const text = {
    title: inputTitle(input.name),
    decision,
    caption: captionOf(state, explained, map),
    colorMap: isSigned ? ('RdBu_r' as const) : display.colorMap,
    range: rangeOf(stage),
  };
  return input.image
    ? drawImageOverlay(input.image, heatmap, {
        ...text,
        opacity: display.opacity,
        aspect: aspectOf(input),
      })
    : drawSignalHeatmap(input, heatmap, text);
}

function captionOf(state: ViewerState, { input }: Explained, { run, contrast }: ShownAttribution): string {
  const { method, layers } = run;
  const where = layers.length === 0 ? '' : ` at ${layers.join(', ')}`;
  const against = contrast === null ? '' : `, rather than ${classNameOf(state, contrast)}`;
  const fitted = fittedWords(input, state.fit);
  return `${methodTitles[method]}${where}, ${howWords(run)}${against}${fitted === null ? '' : `; ${fitted}`}`;
}

/** Saves the numbers of the class that is shown, as `pnpm explain --json` prints them; returns what to tell. */
export function downloadJson(state: ViewerState): string {
  const { explained, map } = whatIsShown(state);
  const text = JSON.stringify(shownJson(explained, map, givenClassName(state, map.classIndex)), null, 2);
  return save(new Blob([text], { type: 'application/json' }), explained.input.name, 'json');
}

/** Returns what to tell. @param about what is explained @param ending of the name of the file */
function save(blob: Blob, about: string, ending: string): string {
  const name = `${fileName(about)}.${ending}`;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken hold of it by the next task.
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 0);
  return `${name} was saved.`;
}

function fileName(name: string): string {
  return `explanation-${name.replace(/[^\w.-]+/g, '-')}`;
}
