import type * as tf from '@tensorflow/tfjs';
import type { ExplainedInput } from '../forward/model-input.ts';
import { firstRightSingularVector } from '../maps/singular-vector.ts';
import { runCam, type LayerEvidence } from './cam.ts';
import type { CamOptions } from './options.ts';
import type { MethodResult } from './result.ts';

/**
 * Weighs channels by the first right singular vector of the activation: what the layer saw most of, whatever the class.
 * The score has no part in the map.
 *
 * Source: Muhammad and Yeasin, "Eigen-CAM: Class Activation Map using Principal Components", IJCNN 2020, Eq. 3. The
 * activation is not centred, as in the paper. Singular vectors have no sign of their own: the one is taken with which the
 * map's sum is not negative, so that non-negative activations give a non-negative map.
 *
 * @returns one explanation for each input and target, with weights `[channels]` of norm 1, or all 0 where the activation is
 * @throws what `explain` throws
 */
export function eigenCam(
  model: tf.LayersModel,
  input: ExplainedInput,
  options: CamOptions = {},
): Promise<MethodResult> {
  return runCam({ name: 'eigen-cam', usesGradient: false, weights: eigenWeights }, model, input, options);
}

function eigenWeights({ activation, channels }: LayerEvidence): Float64Array {
  const vector = firstRightSingularVector(activation, channels);
  const sum = activation.reduce((total, value, i) => total + value * vector[i % channels]!, 0);
  return sum < 0 ? vector.map((value) => -value) : vector;
}
