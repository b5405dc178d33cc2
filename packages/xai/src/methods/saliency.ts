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

/** What `saliency` does; its definition and source stand there. */
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
