import { firstRightSingularVector } from '../maps/singular-vector.ts';
import type { CamMethod, LayerEvidence } from './cam.ts';

/** What `eigenCam` does; its definition and source stand there. */
export function eigenCamMethod(): CamMethod {
  return { name: 'eigen-cam', usesGradient: false, weights: eigenWeights };
}

function eigenWeights({ activation, channels }: LayerEvidence): Float64Array {
  const vector = firstRightSingularVector(activation, channels);
  const sum = activation.reduce((total, value, i) => total + value * vector[i % channels]!, 0);
  return sum < 0 ? vector.map((value) => -value) : vector;
}
