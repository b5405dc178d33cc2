import { sumGradients, type GradientPoints } from '../gradients/input-gradients.ts';
import type { AttributionMethod } from './attribution.ts';
import type { CommonOptions } from './options.ts';

/** Options of saliency. */
export interface SaliencyOptions extends CommonOptions {
  /** Whether the gradient's sign is dropped. Default: true. */
  readonly absolute?: boolean | undefined;
}

/** The input itself, once. */
export const atInput: GradientPoints = {
  count: 1,
  write: ({ data }, _, into) => {
    into.set(data);
  },
  weight: () => 1,
};

/**
 * Attributes to each element of the input how strongly the score reacts to it: |dy/dx|.
 *
 * Source: Simonyan et al., "Deep Inside Convolutional Networks: Visualising Image Classification Models and Saliency
 * Maps", ICLR Workshop 2014, as Captum's `Saliency`. Deviation: the map sums over the input's channels, where the paper
 * takes their maximum.
 */
export function saliencyMethod(options: SaliencyOptions): AttributionMethod {
  const finish = options.absolute === false ? (value: number): number => value : Math.abs;
  return {
    name: 'saliency',
    attribute: async (call, target, subjects, report) => {
      const gradients = await sumGradients(call, target, subjects, atInput, report);
      return gradients.map((gradient) => ({ attributions: gradient.map(finish) }));
    },
  };
}
