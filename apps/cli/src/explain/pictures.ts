import {
  drawImageHeatmap,
  drawImageOverlay,
  drawSignalHeatmap,
  renderPng,
  type AblationCamResult,
  type AblationExplanation,
  type FigureOptions,
} from '@ablation-cam/xai';
import { classText } from './class-text.ts';
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

/**
 * Draws `heatmap.png`, and for an image `overlay.png`; with several classes one of each for the first sixteen, the class
 * index in the name.
 */
export async function drawPictures(subject: Subject, result: AblationCamResult): Promise<Picture[]> {
  const isSingle = result.explanations.length === 1;
  const pictures: Picture[] = [];
  for (const explanation of result.explanations.slice(0, MOST_CLASSES)) {
    const suffix = isSingle ? '' : `-${String(explanation.classIndex)}`;
    for (const [name, svg] of Object.entries(drawings(subject, result, explanation))) {
      pictures.push({ name: `${name}${suffix}.png`, png: await renderPng(svg, { scale: SCALE }) });
    }
  }
  return pictures;
}

function drawings(
  subject: Subject,
  result: AblationCamResult,
  explanation: AblationExplanation,
): Record<string, string> {
  const { input } = subject;
  const figure = figureOptions(subject, result, explanation);
  if (explanation.map.shape.length === 1) {
    return { heatmap: drawSignalHeatmap(input, explanation.heatmap, figure) };
  }
  const heatmap = drawImageHeatmap(explanation.map, { ...figure, interpolation: 'nearest' });
  return input.original
    ? { heatmap, overlay: drawImageOverlay(input.original, explanation.heatmap, figure) }
    : { heatmap };
}

function figureOptions(
  { input, classNames }: Subject,
  { layer }: AblationCamResult,
  { classIndex, probabilities }: AblationExplanation,
): FigureOptions {
  return {
    title: `Ablation-CAM of ${input.name}`,
    decision: {
      className: classText(classNames, classIndex),
      probability: probabilities?.[classIndex] ?? null,
    },
    caption: `Target layer ${layer}. What lies where the colour is bright raised the score of this class.`,
  };
}
