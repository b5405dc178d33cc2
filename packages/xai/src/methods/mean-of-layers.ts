import { XaiError } from '../errors.ts';
import type { Explanation } from '../explanation/explanation.ts';
import { explanationOf } from '../explanation/explanation-of.ts';
import type { Call } from '../explainer/call.ts';
import { largestAbsolute } from '../maps/extent.ts';
import { resizeBilinear } from '../maps/resize-bilinear.ts';
import type { MethodName } from './names.ts';

/**
 * Returns the explanations of several layers as one for each input and target: the signed map of each layer is divided by
 * its largest absolute value and resized to the input's positions, and the mean of these is the map.
 *
 * @param byLayer the explanations of each layer, in one order
 * @returns explanations without weights, since every layer has its own
 */
export function meanOfLayers(
  call: Call,
  method: MethodName,
  byLayer: readonly (readonly Explanation[])[],
): Explanation[] {
  const [first = []] = byLayer;
  return first.map((explanation, index) => {
    const { inputIndex, classIndex, classScore, probabilities, logits, heatmap } = explanation;
    const { shape } = heatmap;
    const sum = new Float64Array(heatmap.data.length);
    for (const explanations of byLayer) {
      const { mapSigned } = explanations[index]!;
      if (explanations[index]!.heatmap.shape.length !== shape.length) {
        throw new XaiError('invalid-option', 'Layers with different numbers of position axes have no mean.');
      }
      const largest = largestAbsolute(mapSigned.data);
      if (largest === 0) continue;
      resizeBilinear(mapSigned, shape).data.forEach((value, p) => {
        sum[p]! += value / largest / byLayer.length;
      });
    }
    return explanationOf(
      call,
      index % call.targets.length,
      { method },
      {
        inputIndex,
        classIndex,
        classScore,
        probabilities,
        logits,
        weights: null,
        shape,
        signed: sum,
      },
    );
  });
}
