import type { CamMethod, LayerEvidence } from './cam.ts';

/**
 * Weighs each channel by the mean of the score's gradient over its positions: w_k = mean_p dy/dA_pk.
 *
 * Source: Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", ICCV 2017,
 * Eq. 1 and 2. Deviation: the score is by default the probability, not the logit.
 */
export function gradCamMethod(): CamMethod {
  return { name: 'grad-cam', usesGradient: true, weights: gradCamWeights };
}

function gradCamWeights({ gradient, channels }: LayerEvidence): Float64Array {
  const weights = new Float64Array(channels);
  const positions = gradient.length / channels;
  for (let i = 0; i < gradient.length; i++) weights[i % channels]! += gradient[i]! / positions;
  return weights;
}
