import { sumGradients } from '../gradients/input-gradients.ts';
import type { AttributionMethod } from './attribution.ts';
import { atInput } from './saliency.ts';

/**
 * Attributes to each element of the input its part in the score of a linear model that touches the network there: x dy/dx.
 *
 * Source: Shrikumar et al., "Not Just a Black Box: Learning Important Features Through Propagating Activation
 * Differences", 2016, as Captum's `InputXGradient`.
 */
export function inputXGradientMethod(): AttributionMethod {
  return {
    name: 'input-x-gradient',
    attribute: async (call, target, subjects, report) => {
      const gradients = await sumGradients(call, target, subjects, atInput, report);
      return gradients.map((gradient, n) => ({
        attributions: gradient.map((slope, i) => slope * subjects[n]!.data[i]!),
      }));
    },
  };
}
