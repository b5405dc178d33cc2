import {
  drawImageHeatmap,
  drawImageOverlay,
  drawSignalHeatmap,
  renderPng,
  type AblationCamResult,
  type Explanation,
  type FigureOptions,
} from '@ablation-cam/xai';
import { classText } from './class-text.ts';
import type { MethodRun } from './method-json.ts';
import type { Subject } from './open-subject.ts';

export interface Picture {
  /** File name. */
  readonly name: string;
  readonly png: Uint8Array;
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
 * Draws `heatmap.png`, and for an image `overlay.png`; with several classes one of each for the first sixteen, the class
 * index in the name.
 */
export async function drawPictures(
  subject: Subject,
  { explanations, layer }: AblationCamResult,
): Promise<Picture[]> {
  const title = `Ablation-CAM of ${subject.input.name}`;
  return draw(subject, { explanations, title, caption: layerCaption(layer), suffix: '' });
}

/** The same for each of several methods, the method in the name. */
export async function drawMethodPictures(subject: Subject, runs: readonly MethodRun[]): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (const { method, layer, explanations } of runs) {
    const title = `${method} of ${subject.input.name}`;
    const caption = layer === null ? 'What is bright raised the score of this class.' : layerCaption(layer);
    pictures.push(...(await draw(subject, { explanations, title, caption, suffix: `-${method}` })));
  }
  return pictures;
}

async function draw(subject: Subject, drawn: Drawn): Promise<Picture[]> {
  const isSingle = drawn.explanations.length === 1;
  const pictures: Picture[] = [];
  for (const explanation of drawn.explanations.slice(0, MOST_CLASSES)) {
    const suffix = isSingle ? drawn.suffix : `${drawn.suffix}-${String(explanation.classIndex)}`;
    for (const [name, svg] of Object.entries(drawings(subject, drawn, explanation))) {
      pictures.push({ name: `${name}${suffix}.png`, png: await renderPng(svg, { scale: SCALE }) });
    }
  }
  return pictures;
}

function drawings(subject: Subject, drawn: Drawn, explanation: Explanation): Record<string, string> {
  const { input, classNames } = subject;
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
    ? { heatmap: cells, overlay: drawImageOverlay(input.original, heatmap, figure) }
    : { heatmap: cells };
}

function layerCaption(layer: string): string {
  return `Target layer ${layer}. What lies where the colour is bright raised the score of this class.`;
}
