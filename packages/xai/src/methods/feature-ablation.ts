import { XaiError } from '../errors.ts';
import type { AttributionMethod } from './attribution.ts';
import { baselineValues, type Baseline } from './baseline.ts';
import { wholeNumber } from './check-option.ts';
import type { CommonOptions } from './options.ts';
import { scoreVariants, singleInput } from './perturbation.ts';

/** Options of feature ablation. */
export interface FeatureAblationOptions extends CommonOptions {
  /**
   * Which feature each element of the input belongs to, as whole numbers from 0: one for each element, `[...shape]`, or
   * one for each position, `[...positions]`. Default: every element is a feature.
   */
  readonly featureMask?: ArrayLike<number> | undefined;
  /** What an ablated feature is replaced by. Default: 0. */
  readonly baseline?: Baseline | undefined;
  /** Features whose ablations go through the network together; default: as many as fit. */
  readonly perPass?: number | undefined;
}

/** What `featureAblation` does; its definition and source stand there. */
export function featureAblationMethod(options: FeatureAblationOptions): AttributionMethod {
  const perPass = options.perPass === undefined ? undefined : wholeNumber('perPass', options.perPass);
  return {
    name: 'feature-ablation',
    attribute: async (call, target, subjects, report) => {
      const { length } = singleInput(call);
      const baseline = baselineValues(options.baseline ?? 0, length);
      const features = featuresOf(options.featureMask, length);
      const found = [];
      for (const [n, { data, aim, score }] of subjects.entries()) {
        const scores = await scoreVariants(
          call,
          target,
          aim,
          {
            count: features.length,
            perPass,
            write: (variant, into) => {
              into.set(data);
              for (const i of features[variant]!) into[i] = baseline[i]!;
            },
          },
          (done) => {
            report((n + done) / subjects.length);
          },
        );
        const attributions = new Float64Array(length);
        features.forEach((elements, feature) => {
          for (const i of elements) attributions[i] = score - scores[feature]!;
        });
        found.push({ attributions });
      }
      return found;
    },
  };
}

/** The elements of each feature, in the order of the features' numbers. */
function featuresOf(mask: ArrayLike<number> | undefined, length: number): readonly (readonly number[])[] {
  if (mask === undefined) return Array.from({ length }, (_, i) => [i]);
  const depth = length / mask.length;
  if (!Number.isInteger(depth)) {
    throw new XaiError(
      'invalid-option',
      `The feature mask has ${String(mask.length)} values, the input ${String(length)}; give one for each element or ` +
        'one for each position.',
    );
  }
  const features = new Map<number, number[]>();
  for (let i = 0; i < length; i++) {
    const feature = wholeNumber('A value of the feature mask', mask[Math.floor(i / depth)] ?? NaN, 0);
    const elements = features.get(feature);
    if (elements) elements.push(i);
    else features.set(feature, [i]);
  }
  return [...features].sort(([a], [b]) => a - b).map(([, elements]) => elements);
}
