import { sumGradients } from '../gradients/input-gradients.ts';
import type { AttributionMethod } from './attribution.ts';
import { atInput } from './saliency.ts';

/** What `inputXGradient` does; its definition and source stand there. */
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
