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

/** What `integratedGradients` does; its definition and source stand there. */
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
