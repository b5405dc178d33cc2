import type { CamMethod, LayerEvidence } from './cam.ts';

/** Keeps the quotient defined; small against every gradient that matters, since it is added to a square of one. */
const EPSILON = 1e-6;

/**
 * Weighs each channel by its positive gradients, each position's by how little the channel repeats it. With g = dy/dA_pk
 * and S_k = sum_p A_pk:
 *
 *     alpha_pk = g^2 / (2 g^2 + S_k g^3 + epsilon), 0 where g = 0
 *     w_k = sum_p alpha_pk max(0, g)
 *
 * Source: Chattopadhay et al., "Grad-CAM++: Generalized Gradient-Based Visual Explanations for Deep Convolutional
 * Networks", WACV 2018, Eq. 19, whose powers of g stand for the derivatives of exp(y). Deviations, those of the common
 * implementations: y is the score itself and not its exponential; epsilon is 1e-6; the score is by default the probability.
 * The arithmetic is float64: g^3 of a confident prediction is far below what float32 holds.
 */
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
