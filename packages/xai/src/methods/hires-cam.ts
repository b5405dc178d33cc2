import type { CamMethod, LayerEvidence } from './cam.ts';

/**
 * Multiplies gradient and activation position by position: map_p = sum_k dy/dA_pk A_pk. Where a linear layer follows the
 * target, the map sums up to the score without its bias. Equal to Grad-CAM where the gradient is the same at all
 * positions, as before a global average pooling.
 *
 * Source: Draelos and Carin, "Use HiResCAM instead of Grad-CAM for faithful explanations of convolutional neural
 * networks", 2020, Eq. 3.
 */
export function hiresCamMethod(): CamMethod {
  return { name: 'hires-cam', usesGradient: true, map: hiresCamMap };
}

function hiresCamMap({ activation, gradient, channels }: LayerEvidence): Float64Array {
  const map = new Float64Array(activation.length / channels);
  for (let i = 0; i < activation.length; i++) {
    map[Math.floor(i / channels)]! += gradient[i]! * activation[i]!;
  }
  return map;
}
