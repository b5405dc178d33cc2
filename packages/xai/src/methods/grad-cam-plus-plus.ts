import type { CamMethod, LayerEvidence } from './cam.ts';

/** Keeps the quotient defined; small against every gradient that matters, since it is added to a square of one. */
const EPSILON = 1e-6;

/** What `gradCamPlusPlus` does; its definition and source stand there. */
export function gradCamPlusPlusMethod(): CamMethod {
  return { name: 'grad-cam++', usesGradient: true, weights: plusPlusWeights };
}

function plusPlusWeights({ activation, gradient, channels }: LayerEvidence): Float64Array {
  const sums = new Float64Array(channels);
  for (let i = 0; i < activation.length; i++) sums[i % channels]! += activation[i]!;
  const weights = new Float64Array(channels);
  for (let i = 0; i < gradient.length; i++) {
    const g = gradient[i]!;
    if (g <= 0) continue;
    const alpha = g ** 2 / (2 * g ** 2 + sums[i % channels]! * g ** 3 + EPSILON);
    weights[i % channels]! += alpha * g;
  }
  return weights;
}
