import { XaiError } from '../errors.ts';
import type { Explanation } from '../explanation/explanation.ts';
import { largestAbsolute } from '../maps/extent.ts';
import { heatmapOf, mapWarnings } from '../maps/heatmap.ts';
import { resizeBilinear } from '../maps/resize-bilinear.ts';
import type { CommonOptions } from './options.ts';
import type { MethodResult } from './result.ts';

/**
 * Explains with several layers: the signed map of each is divided by its largest absolute value and resized to the
 * input's positions, and the mean of these is the map.
 *
 * @param run explains with one layer, with the options given in place of the caller's own
 * @returns explanations without weights, since every layer has its own
 * @throws XaiError `invalid-option` for no layer or a method without layers
 */
export async function meanOfLayers(
  layers: readonly string[],
  { onProgress }: Pick<CommonOptions, 'onProgress'>,
  run: (layer: string, progress: Pick<CommonOptions, 'onProgress'>) => Promise<MethodResult>,
): Promise<MethodResult> {
  const results: MethodResult[] = [];
  for (const [index, layer] of layers.entries()) {
    results.push(await run(layer, { onProgress: (done) => onProgress?.((index + done) / layers.length) }));
  }
  const [first] = results;
  if (!first) throw new XaiError('invalid-option', 'The list of layers is empty.');
  if (results.length === 1) return first;
  if (first.layers.length === 0) {
    throw new XaiError(
      'invalid-option',
      `${first.method} attributes to the input and has no layers to average.`,
    );
  }
  return {
    ...first,
    layers: results.flatMap((result) => result.layers),
    explanations: first.explanations.map((_, index) =>
      mean(results.flatMap((result) => result.explanations[index] ?? [])),
    ),
    timings: { totalMs: results.reduce((sum, { timings }) => sum + timings.totalMs, 0) },
    warnings: [...new Set(results.flatMap(({ warnings }) => warnings))],
  };
}

function mean(explanations: readonly Explanation[]): Explanation {
  const { inputIndex, classIndex, classScore, probabilities, logits, heatmap } = explanations[0]!;
  const { shape, data } = heatmap;
  const sum = new Float64Array(data.length);
  for (const { mapSigned } of explanations) {
    const largest = largestAbsolute(mapSigned.data);
    if (largest === 0) continue;
    resizeBilinear(mapSigned, shape).data.forEach((value, p) => {
      sum[p]! += value / largest / explanations.length;
    });
  }
  const mapSigned = { shape, data: sum };
  const map = { shape, data: sum.map((value) => Math.max(0, value)) };
  return {
    inputIndex,
    classIndex,
    classScore,
    probabilities,
    logits,
    weights: null,
    mapSigned,
    map,
    heatmap: heatmapOf(map, shape),
    warnings: mapWarnings(mapSigned),
  };
}
