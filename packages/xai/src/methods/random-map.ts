import { NumpyRandom } from '@ablation-cam/model';
import type { CamContext, CamMethod, LayerEvidence } from './cam.ts';
import { wholeNumber } from './check-option.ts';
import type { CamOptions } from './options.ts';

/** Options of the random map, the baseline that metrics are compared with. */
export interface RandomMapOptions extends CamOptions {
  /** Default: 0. */
  readonly seed?: number | undefined;
}

/** What `randomMap` does; its definition and source stand there. */
export function randomMapMethod(options: RandomMapOptions): CamMethod {
  const seed = wholeNumber('seed', options.seed ?? 0, 0);
  const map = ({ activation, channels }: LayerEvidence, { inputIndex }: CamContext): Float64Array => {
    const random = new NumpyRandom([seed, inputIndex]);
    return Float64Array.from({ length: activation.length / channels }, () => random.uniform());
  };
  return { name: 'random', usesGradient: false, map };
}
