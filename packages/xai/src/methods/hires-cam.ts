import type { CamMethod, LayerEvidence } from './cam.ts';

/** What `hiresCam` does; its definition and source stand there. */
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
