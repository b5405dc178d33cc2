import type { CamMethod, LayerEvidence } from './cam.ts';

/**
 * Weighs every position of every channel by its own positive gradient: map_p = sum_k max(0, dy/dA_pk) A_pk. Of use for
 * early layers as well, whose channels respond to many things.
 *
 * Source: Jiang et al., "LayerCAM: Exploring Hierarchical Class Activation Maps for Localization", IEEE TIP 2021, Eq. 5
 * and 6.
 */
export function layerCamMethod(): CamMethod {
  return { name: 'layer-cam', usesGradient: true, map: layerCamMap };
}

function layerCamMap({ activation, gradient, channels }: LayerEvidence): Float64Array {
  const map = new Float64Array(activation.length / channels);
  for (let i = 0; i < activation.length; i++) {
    map[Math.floor(i / channels)]! += Math.max(0, gradient[i]!) * activation[i]!;
  }
  return map;
}
