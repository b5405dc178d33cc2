import { NumpyRandom } from '@ablation-cam/model';
import { XaiError } from '../errors.ts';
import { sumGradients } from '../gradients/input-gradients.ts';
import { extentOf } from '../maps/extent.ts';
import type { AttributionMethod } from './attribution.ts';
import { wholeNumber } from './check-option.ts';
import type { CommonOptions } from './options.ts';

/** Options of SmoothGrad. */
export interface SmoothGradOptions extends CommonOptions {
  /** Noisy copies of the input. Default: 25. */
  readonly samples?: number | undefined;
  /** Standard deviation of the noise as a fraction of the input's range, its largest less its smallest value. Default: 0.15. */
  readonly noise?: number | undefined;
  /** Default: 0. The same seed gives the same noise for the same place in the batch. */
  readonly seed?: number | undefined;
  /** Whether the mean gradient's sign is dropped. Default: true. */
  readonly absolute?: boolean | undefined;
}

/** What `smoothGrad` does; its definition and source stand there. */
export function smoothGradMethod(options: SmoothGradOptions): AttributionMethod {
  const samples = wholeNumber('samples', options.samples ?? 25);
  const seed = wholeNumber('seed', options.seed ?? 0, 0);
  const noise = options.noise ?? 0.15;
  if (!(noise >= 0 && Number.isFinite(noise))) {
    throw new XaiError('invalid-option', `noise must be a number from 0, got ${String(noise)}.`);
  }
  const finish = options.absolute === false ? (value: number): number => value : Math.abs;
  return {
    name: 'smooth-grad',
    attribute: async (call, target, subjects, report) => {
      let random = new NumpyRandom(seed);
      let deviation = 0;
      const means = await sumGradients(
        call,
        target,
        subjects,
        {
          count: samples,
          write: ({ inputIndex, data }, index, into) => {
            if (index === 0) {
              random = new NumpyRandom([seed, inputIndex]);
              const { low, high } = extentOf(data);
              deviation = noise * (high - low);
            }
            for (let i = 0; i < into.length; i++) into[i] = data[i]! + deviation * random.normal();
          },
          weight: () => 1 / samples,
        },
        report,
      );
      return means.map((mean) => ({ attributions: mean.map(finish) }));
    },
  };
}
