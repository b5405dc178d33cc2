import { firstRightSingularVector } from '../maps/singular-vector.ts';
import type { CamMethod, LayerEvidence } from './cam.ts';

/**
 * Weighs channels by the first right singular vector of the activation: what the layer saw most of, whatever the class.
 * The score has no part in the map.
 *
 * Source: Muhammad and Yeasin, "Eigen-CAM: Class Activation Map using Principal Components", IJCNN 2020, Eq. 3. The
 * activation is not centred, as in the paper. Singular vectors have no sign of their own: the one is taken with which the
 * map's sum is not negative, so that non-negative activations give a non-negative map.
 */
export function eigenCamMethod(): CamMethod {
  return { name: 'eigen-cam', usesGradient: false, weights: eigenWeights };
}

function eigenWeights({ activation, channels }: LayerEvidence): Float64Array {
  const vector = firstRightSingularVector(activation, channels);
  const sum = activation.reduce((total, value, i) => total + value * vector[i % channels]!, 0);
  return sum < 0 ? vector.map((value) => -value) : vector;
}
