import { NumpyRandom } from '@ablation-cam/model';
import type { CamContext, CamMethod, LayerEvidence } from './cam.ts';
import { wholeNumber } from './check-option.ts';
import type { CamOptions } from './options.ts';

/** Options of the random map, the baseline that metrics are compared with. */
export interface RandomMapOptions extends CamOptions {
  /** Default: 0. */
  readonly seed?: number | undefined;
}

/**
 * A map of random numbers in [0, 1) at the target layer's resolution, which knows nothing of model and input: what every
 * method has to beat. The same seed gives the same map for the same place in the batch, whatever the class.
 */
export function randomMapMethod(options: RandomMapOptions): CamMethod {
  const seed = wholeNumber('seed', options.seed ?? 0, 0);
  const map = ({ activation, channels }: LayerEvidence, { inputIndex }: CamContext): Float64Array => {
    const random = new NumpyRandom([seed, inputIndex]);
    return Float64Array.from({ length: activation.length / channels }, () => random.uniform());
  };
  return { name: 'random', usesGradient: false, map };
}
