import { html, Markup, pagePalette } from '@ablation-cam/model/reports';
import { colorMap, drawImageOverlay, drawSignalHeatmap } from '@ablation-cam/xai/drawing';
import type { Explained } from '../protocol/descriptions.ts';
import { aspectOf } from '../state/aspect.ts';
import { mapCaption } from '../state/map-caption.ts';
import { fittedWords } from '../state/picture-fit.ts';
import { classNameOf, type ShownAttribution } from '../state/selectors.ts';
import { rangeOf, stageMap } from '../state/stage-map.ts';
import type { ViewerState } from '../state/state.ts';
import { magnitude } from '../views/format.ts';

/** The width of a signal on a phone, whose text would be too small to read in a drawing made for a desk. */
const NARROW = { width: 280, plotHeight: 170 } as const;

/** So many colors make a ramp: more make no difference to the eye. */
const STOPS = 16;

export const PICTURE_STYLE = `
.view { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.6rem; justify-items: center; margin-top: 0.9rem; padding: 0 0.5rem 1rem; }
.view svg { display: block; height: auto; max-width: 100%; }
.view .narrow { display: none; }
.legend { display: flex; gap: 0.6rem; align-items: center; max-width: 100%; font-size: 0.9rem; }
.legend span { white-space: nowrap; }
.legend i { width: 12rem; flex: 0 1000 auto; min-width: 2.5rem; height: 0.8rem; border-radius: 2px; forced-color-adjust: none; }
.view figcaption { margin: 0; text-align: center; font-size: 0.9rem; }
@media (max-width: 40rem) {
  .view { padding: 0 0 0.8rem; }
  .view .narrow { display: block; }
  .view .wide { display: none; }
  .view figcaption { padding: 0 0.75rem; }
  .legend { gap: 0.4rem; padding: 0 0.5rem; font-size: 0.8rem; }
}
`;

/** The map over its input, with what its colors mean: text stands beside the drawing, where it does not shrink with it. */
export function reportPicture(state: ViewerState, explained: Explained, map: ShownAttribution): Markup {
  const { display } = state;
  const { input } = explained;
  const stage = stageMap(explained, map, display);
  const { values, isSigned } = stage;
  const heatmap = { shape: values.shape, data: Float32Array.from(values.data) };
  const colors = isSigned ? 'RdBu_r' : display.colorMap;
  const style = {
    colorMap: colors,
    range: rangeOf(stage),
    colorBar: false,
    palette: pagePalette,
  } as const;
  const name = classNameOf(state, map.classIndex);
  const where = mapCaption(map.map);
  const caption = where === null ? `Nothing here speaks for ${name}` : `What speaks for ${name}: ${where}`;
  const fitted = fittedWords(input, state.fit);
  const overImage = {
    ...style,
    opacity: display.opacity,
    aspect: aspectOf(input),
  };
  return html`<figure class="card view">
    ${
      input.image
        ? [
            drawing(
              'wide',
              caption,
              drawImageOverlay(input.image, heatmap, { ...overImage, imageBeside: true }),
            ),
            drawing('narrow', caption, drawImageOverlay(input.image, heatmap, overImage)),
          ]
        : [
            drawing('wide', caption, drawSignalHeatmap(input, heatmap, style)),
            drawing('narrow', caption, drawSignalHeatmap(input, heatmap, { ...style, ...NARROW })),
          ]
    }
    ${legend(stage, colors)}
    <figcaption>${caption}${fitted === null ? '' : ` (${fitted})`}</figcaption>
  </figure>`;
}

function drawing(kind: string, name: string, svg: string): Markup {
  return html`<div class="${kind}" role="img" aria-label="${name}">${new Markup(svg)}</div>`;
}

function legend(
  { low, high, isSigned }: ReturnType<typeof stageMap>,
  colors: Parameters<typeof colorMap>[0],
): Markup | null {
  if (high === 0) return null;
  const lookUp = colorMap(colors);
  const ramp = Array.from({ length: STOPS + 1 }, (_, i) => `rgb(${lookUp(i / STOPS).join()})`).join();
  return html`<div class="legend">
    <span>${isSigned ? `against ${magnitude(low)}` : '0, did not count'}</span>
    <i style="background:linear-gradient(90deg,${ramp})"></i>
    <span>${isSigned ? `+${magnitude(high)} for` : `${magnitude(high)}, counted most`}</span>
  </div>`;
}
