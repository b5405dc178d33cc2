import type * as tf from '@tensorflow/tfjs';
import type { ExplainedInput } from '../forward/model-input.ts';
import { sumGradients, type GradientPoints } from '../gradients/input-gradients.ts';
import { runAttribution } from './attribution.ts';
import type { CommonOptions } from './options.ts';
import type { MethodResult } from './result.ts';

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
 *
 * @returns one explanation for each input and target, with `attributions`
 * @throws what `explain` throws; XaiError `unsupported-model` for a model with several inputs
 */
export function saliency(
  model: tf.LayersModel,
  input: ExplainedInput,
  options: SaliencyOptions = {},
): Promise<MethodResult> {
  const finish = options.absolute === false ? (value: number): number => value : Math.abs;
  return runAttribution(
    {
      name: 'saliency',
      attribute: async (session, target, subjects, report) => {
        const gradients = await sumGradients(session, target, subjects, atInput, report);
        return gradients.map((gradient) => ({ attributions: gradient.map(finish) }));
      },
    },
    model,
    input,
    options,
  );
}
