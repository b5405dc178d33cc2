import { sumGradients } from '../gradients/input-gradients.ts';
import type { AttributionMethod } from './attribution.ts';
import { baselineValues, type Baseline } from './baseline.ts';
import type { CommonOptions } from './options.ts';
import { scoreVariants, singleInput } from './perturbation.ts';
import type { QuadratureName } from './quadrature-names.ts';
import { quadrature } from './quadrature.ts';

/** Options of integrated gradients. */
export interface IntegratedGradientsOptions extends CommonOptions {
  /** Where the path to the input starts. Default: 0 everywhere. */
  readonly baseline?: Baseline | undefined;
  /** Gradients taken on the way. Default: 50. */
  readonly steps?: number | undefined;
  /** Default: `gauss-legendre`. */
  readonly quadrature?: QuadratureName | undefined;
}

/**
 * Attributes the difference between the score and that of a baseline b to the elements of the input:
 * (x - b) times the mean of dy/dx on the straight line from b to x.
 *
 * The attributions add up to y(x) - y(b) but for `convergenceDelta`, which says how good the mean is: more steps make it
 * smaller.
 *
 * Source: Sundararajan et al., "Axiomatic Attribution for Deep Networks", ICML 2017, Eq. 1, with the quadratures of
 * Captum's `IntegratedGradients`.
 */
export function integratedGradientsMethod(options: IntegratedGradientsOptions): AttributionMethod {
  return {
    name: 'integrated-gradients',
    attribute: async (call, target, subjects, report) => {
      const { nodes, weights } = quadrature(options.quadrature ?? 'gauss-legendre', options.steps ?? 50);
      const baseline = baselineValues(options.baseline ?? 0, singleInput(call).length);
      const means = await sumGradients(
        call,
        target,
        subjects,
        {
          count: nodes.length,
          write: ({ data }, index, into) => {
            for (let i = 0; i < into.length; i++) {
              into[i] = baseline[i]! + nodes[index]! * (data[i]! - baseline[i]!);
            }
          },
          weight: (index) => weights[index]!,
        },
        report,
      );
      const found = [];
      for (const [n, { data, aim, score }] of subjects.entries()) {
        const attributions = means[n]!.map((mean, i) => mean * (data[i]! - baseline[i]!));
        const [start] = await scoreVariants(call, target, aim, {
          count: 1,
          write: (_, into) => {
            into.set(baseline);
          },
        });
        const sum = attributions.reduce((total, value) => total + value, 0);
        found.push({ attributions, convergenceDelta: sum - (score - start!) });
      }
      return found;
    },
  };
}
