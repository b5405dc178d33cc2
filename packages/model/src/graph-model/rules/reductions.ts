import {
  largest,
  mean,
  reduceAxes,
  smallest,
  sum,
  type Reduction,
} from '../../nodes/operations/reductions.ts';
import { keepsDims } from '../fold.ts';
import type { GraphModelRule } from '../graph-model-context.ts';

function reduce(reduction: Reduction): GraphModelRule {
  return (context) =>
    reduceAxes(context, context.tensor(0), reduction, context.numbers(1), keepsDims(context.attributes));
}

export const reductionRules: Readonly<Record<string, GraphModelRule>> = {
  Mean: reduce(mean),
  Max: reduce(largest),
  Min: reduce(smallest),
  Sum: reduce(sum),
};
