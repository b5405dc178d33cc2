import type * as tf from '@tensorflow/tfjs';
import type { ExplainedInput } from '../forward/model-input.ts';
import { sumGradients } from '../gradients/input-gradients.ts';
import { runAttribution } from './attribution.ts';
import type { CommonOptions } from './options.ts';
import type { MethodResult } from './result.ts';
import { atInput } from './saliency.ts';

/**
 * Attributes to each element of the input its part in the score of a linear model that touches the network there: x dy/dx.
 *
 * Source: Shrikumar et al., "Not Just a Black Box: Learning Important Features Through Propagating Activation
 * Differences", 2016, as Captum's `InputXGradient`.
 *
 * @returns one explanation for each input and target, with signed `attributions`
 * @throws what `explain` throws; XaiError `unsupported-model` for a model with several inputs
 */
export function inputXGradient(
  model: tf.LayersModel,
  input: ExplainedInput,
  options: CommonOptions = {},
): Promise<MethodResult> {
  return runAttribution(
    {
      name: 'input-x-gradient',
      attribute: async (session, target, subjects, report) => {
        const gradients = await sumGradients(session, target, subjects, atInput, report);
        return gradients.map((gradient, n) => ({
          attributions: gradient.map((slope, i) => slope * subjects[n]!.data[i]!),
        }));
      },
    },
    model,
    input,
    options,
  );
}
