import type { CamMethod, LayerEvidence } from './cam.ts';

/** What `gradCam` does; its definition and source stand there. */
export function gradCamMethod(): CamMethod {
  return { name: 'grad-cam', usesGradient: true, weights: gradCamWeights };
}

function gradCamWeights({ gradient, channels }: LayerEvidence): Float64Array {
  const weights = new Float64Array(channels);
  const positions = gradient.length / channels;
  for (let i = 0; i < gradient.length; i++) weights[i % channels]! += gradient[i]! / positions;
  return weights;
}
