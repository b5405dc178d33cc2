import type * as tf from '@tensorflow/tfjs';
import type { ExplainedInput } from '../forward/model-input.ts';
import { runCam, type LayerEvidence } from './cam.ts';
import type { CamOptions } from './options.ts';
import type { MethodResult } from './result.ts';

/**
 * Weighs every position of every channel by its own positive gradient: map_p = sum_k max(0, dy/dA_pk) A_pk. Of use for
 * early layers as well, whose channels respond to many things.
 *
 * Source: Jiang et al., "LayerCAM: Exploring Hierarchical Class Activation Maps for Localization", IEEE TIP 2021, Eq. 5
 * and 6.
 *
 * @returns one explanation for each input and target, without weights
 * @throws what `explain` throws
 */
export function layerCam(
  model: tf.LayersModel,
  input: ExplainedInput,
  options: CamOptions = {},
): Promise<MethodResult> {
  return runCam({ name: 'layer-cam', usesGradient: true, map: layerCamMap }, model, input, options);
}

function layerCamMap({ activation, gradient, channels }: LayerEvidence): Float64Array {
  const map = new Float64Array(activation.length / channels);
  for (let i = 0; i < activation.length; i++) {
    map[Math.floor(i / channels)]! += Math.max(0, gradient[i]!) * activation[i]!;
  }
  return map;
}
