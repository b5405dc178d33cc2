import type * as tf from '@tensorflow/tfjs';
import type { ExplainedInput } from '../forward/model-input.ts';
import { runCam, type LayerEvidence } from './cam.ts';
import type { CamOptions } from './options.ts';
import type { MethodResult } from './result.ts';

/**
 * Weighs each channel by the mean of the score's gradient over its positions: w_k = mean_p dy/dA_pk.
 *
 * Source: Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", ICCV 2017,
 * Eq. 1 and 2. Deviation: the score is by default the probability, not the logit.
 *
 * @returns one explanation for each input and target, with weights `[channels]`
 * @throws what `explain` throws
 */
export function gradCam(
  model: tf.LayersModel,
  input: ExplainedInput,
  options: CamOptions = {},
): Promise<MethodResult> {
  return runCam({ name: 'grad-cam', usesGradient: true, weights: gradCamWeights }, model, input, options);
}

function gradCamWeights({ gradient, channels }: LayerEvidence): Float64Array {
  const weights = new Float64Array(channels);
  const positions = gradient.length / channels;
  for (let i = 0; i < gradient.length; i++) weights[i % channels]! += gradient[i]! / positions;
  return weights;
}
