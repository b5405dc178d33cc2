import type { Score } from '../ablation/contract.ts';
import type { Overrides } from '../device/pipeline-cache.ts';
import type { SeparableDenseStep, Stage } from '../plan/separable-dense.ts';
import type { ScoreFunction } from '../tail/tail.ts';

/**
 * The overrides of `separable-dense.wgsl` that leave out what a tail does not need. Tails of many operations share the
 * pipeline that does everything.
 */
export function tailVariant({ stages, reduction, reduced }: SeparableDenseStep): Overrides {
  const hasPointwise = reduced.length > 0 || stages.some(({ pointwise }) => pointwise.length > 0);
  const isGeneral = stages.length > 1 || hasPointwise;
  const pooling = stages.filter(({ window }) => window !== null);
  return {
    IS_GENERAL: isGeneral ? 1 : 0,
    IS_DIRECT: !isGeneral && pooling.length === 0 && reduction === null ? 1 : 0,
    POOLING: isGeneral ? 2 : pooling.length === 0 ? 0 : pooling.every(isWhole2x2Max) ? 1 : 2,
  };
}

/** The code by which `separable-dense.wgsl` knows how logits become scores. */
export function scoreCode(score: Score, scoreFunction: ScoreFunction): number {
  if (score === 'logit' || scoreFunction === 'linear') return 0;
  return scoreFunction === 'softmax' ? 1 : 2;
}

/** Max-pooling over 2x2 windows of which none reaches over the edge. */
function isWhole2x2Max({ window, input, output }: Stage): boolean {
  return (
    window?.reduction === 'max' &&
    window.height === 2 &&
    window.width === 2 &&
    window.padTop === 0 &&
    window.padLeft === 0 &&
    (output.height - 1) * window.strideHeight + 2 <= input.height &&
    (output.width - 1) * window.strideWidth + 2 <= input.width
  );
}
