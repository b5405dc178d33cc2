import type { Explanation, ExplanationResult } from '@ablation-cam/xai';
import {
  drawImageHeatmap,
  drawImageOverlay,
  drawSignalHeatmap,
  renderPng,
  type FigureOptions,
} from '@ablation-cam/xai/drawing';
import { classText } from './class-text.ts';
import type { OpenedInput } from './open-input.ts';

export interface Picture {
  /** File name. */
  readonly name: string;
  /** PNG. */
  readonly data: Uint8Array;
}

/** Nobody looks at more maps of one input. */
const MOST_CLASSES = 16;

/** Pixels of the file for one of the drawing. */
const SCALE = 2;

/** The pictures of one method, and what its captions say of it. */
interface Drawn {
  readonly explanations: readonly Explanation[];
  readonly title: string;
  readonly caption: string;
  /** Goes into the file names. */
  readonly suffix: string;
}

/**
 * Draws `heatmap.png`, and for an image `overlay.png`, the image and beside it the map over it; with several classes one of each for the first sixteen, the class
 * index in the name. Where it is not Ablation-CAM alone that explained, the method is in the name as well.
 */
export async function drawPictures(
  opened: OpenedInput,
  results: readonly ExplanationResult[],
): Promise<Picture[]> {
  const isAlone = results.length === 1 && results[0]?.method === 'ablation-cam';
  const pictures: Picture[] = [];
  for (const { method, layers, explanations } of results) {
    const title = `${isAlone ? 'Ablation-CAM' : method} of ${opened.input.name}`;
    const suffix = isAlone ? '' : `-${method}`;
    pictures.push(...(await draw(opened, { explanations, title, caption: captionOf(layers), suffix })));
  }
  return pictures;
}

async function draw(opened: OpenedInput, drawn: Drawn): Promise<Picture[]> {
  const isSingle = drawn.explanations.length === 1;
  const pictures: Picture[] = [];
  for (const explanation of drawn.explanations.slice(0, MOST_CLASSES)) {
    const suffix = isSingle ? drawn.suffix : `${drawn.suffix}-${String(explanation.classIndex)}`;
    for (const [name, svg] of Object.entries(drawings(opened, drawn, explanation))) {
      pictures.push({ name: `${name}${suffix}.png`, data: await renderPng(svg, { scale: SCALE }) });
    }
  }
  return pictures;
}

function drawings(opened: OpenedInput, drawn: Drawn, explanation: Explanation): Record<string, string> {
  const { input, classNames } = opened;
  const { classIndex, probabilities, map, heatmap } = explanation;
  const figure: FigureOptions = {
    title: drawn.title,
    caption: drawn.caption,
    ...(classIndex !== null && {
      decision: {
        className: classText(classNames, classIndex),
        probability: probabilities?.[classIndex] ?? null,
      },
    }),
  };
  if (map.shape.length === 1) return { heatmap: drawSignalHeatmap(input, heatmap, figure) };
  const cells = drawImageHeatmap(
    { shape: map.shape, data: Float32Array.from(map.data) },
    { ...figure, interpolation: 'nearest' },
  );
  return input.original
    ? { heatmap: cells, overlay: drawImageOverlay(input.original, heatmap, { ...figure, imageBeside: true }) }
    : { heatmap: cells };
}

function captionOf(layers: readonly string[]): string {
  if (layers.length === 0) return 'What is bright raised the score of this class.';
  const target =
    layers.length === 1 ? `Target layer ${layers.join()}` : `Mean of the layers ${layers.join(', ')}`;
  return `${target}. What lies where the color is bright raised the score of this class.`;
}
