import { ablationPlan, type ExplanationResult } from '@ablation-cam/xai';
import { weightDifference } from '@ablation-cam/xai/metrics';
import type { ExplanationRequest } from '../protocol/calls.ts';
import type { RaceResult, RaceSide } from '../protocol/descriptions.ts';
import type { AnswerContext } from './answer.ts';
import { hasWebGpu } from './has-web-gpu.ts';
import { optionsOf } from './options.ts';

/** Runs the plan and the naive loop on the same input, both for the predicted class. */
export async function race(
  request: ExplanationRequest,
  { workspace, signal, onProgress }: AnswerContext,
): Promise<RaceResult> {
  const { loaded, input } = await workspace.open(request);
  const { layer, output } = optionsOf(request, loaded.network);
  const plan = await ablationPlan(loaded.network, { layer, output, inputShapes: [input.shape] });
  const explainer = await workspace.explainer(request);
  // What runs in a single dispatch runs on the GPU here, also where something else is as fast: that is what the race is about.
  const isDispatch = plan.steps.some(({ kind }) => kind === 'separable-dense') && (await hasWebGpu());
  const together = { signal, ...(isDispatch && { executor: 'webgpu' as const }) };
  // The first call compiles shaders and moves weights, which the naive loop would then find done.
  await explainer.explain(input, together);
  const planned = await explainer.explain(input, together);
  onProgress(0);
  const naive = await explainer.explain(input, { signal, strategy: 'naive', onProgress });

  return {
    planned: { ...sideOf(planned), dispatches: planned.dispatches.ablation },
    naive: { ...sideOf(naive), passes: plan.channels },
    largestDifference: weightDifference(planned, naive),
    plan: {
      operations: plan.operations.plan,
      runBytes: plan.chunks.runBytes,
      loopRatio: plan.ratios.tailLoop,
      fallback: plan.fallback,
    },
    executor: planned.executor?.chosen ?? '',
    backend: naive.backend.chosen,
  };
}

function sideOf({ timings: { totalMs, weightsMs } }: ExplanationResult): RaceSide {
  return { totalMs, ablationMs: weightsMs };
}
