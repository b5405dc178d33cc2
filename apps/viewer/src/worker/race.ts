import { ablationPlan, type ExplanationResult } from '@ablation-cam/xai';
import type { Subject } from '../protocol/calls.ts';
import type { RaceResult, RaceSide } from '../protocol/descriptions.ts';
import type { CallContext } from './answer.ts';
import { hasWebGpu } from './has-web-gpu.ts';
import { optionsOf } from './options.ts';

/** Runs the single dispatch and the naive loop on the same input, both for the predicted class. */
export async function race(
  subject: Subject,
  { workspace, signal, onProgress }: CallContext,
): Promise<RaceResult> {
  const { loaded, input } = await workspace.subject(subject);
  const { layer } = optionsOf(subject);
  const plan = await ablationPlan(loaded.model, { layer, inputShapes: [input.shape] });
  const explainer = await workspace.explainer(subject);
  // A single dispatch is what the race is about: it runs on the GPU also where something else is as fast.
  const isDispatch = plan.steps.some(({ kind }) => kind === 'separable-dense') && (await hasWebGpu());
  const together = { signal, ...(isDispatch && { executor: 'webgpu' as const }) };
  // The first call compiles shaders and moves weights, which the naive loop would then find done.
  await explainer.explain(input, together);
  const single = await explainer.explain(input, together);
  onProgress(0);
  const naive = await explainer.explain(input, { signal, strategy: 'naive', onProgress });

  return {
    single: { ...sideOf(single), dispatches: single.dispatches.ablation },
    naive: { ...sideOf(naive), passes: plan.channels },
    largestDifference: largestDifference(single, naive),
    plan: {
      operations: plan.operations.plan,
      runBytes: plan.chunks.runBytes,
      loopRatio: plan.ratios.tailLoop,
      fallback: plan.fallback,
    },
    executor: single.executor?.chosen ?? '',
    backend: naive.backend.chosen,
  };
}

function sideOf({ timings: { totalMs, weightsMs } }: ExplanationResult): RaceSide {
  return { totalMs, ablationMs: weightsMs };
}

function largestDifference(a: ExplanationResult, b: ExplanationResult): number {
  const [own, other] = [a.explanations[0]?.weights ?? [], b.explanations[0]?.weights ?? []];
  let largest = 0;
  let difference = 0;
  own.forEach((weight, k) => {
    largest = Math.max(largest, Math.abs(other[k] ?? 0));
    difference = Math.max(difference, Math.abs(weight - (other[k] ?? NaN)));
  });
  return largest === 0 ? difference : difference / largest;
}
