import type { CamMethod, LayerEvidence } from './cam.ts';

/** What `layerCam` does; its definition and source stand there. */
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
