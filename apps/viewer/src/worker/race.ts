import { describePlan, planTail } from '@ablation-cam/kernels';
import { extractTail, layerGraph, resolveTarget } from '@ablation-cam/model';
import { ablationCam, type AblationCamResult } from '@ablation-cam/xai';
import type { Subject } from '../protocol/calls.ts';
import type { RaceResult } from '../protocol/descriptions.ts';
import type { CallContext } from './answer.ts';
import { hasWebGpu, optionsOf } from './explain-subject.ts';

/** Runs the single dispatch and the naive loop on the same input, both for all classes. */
export async function race(
  subject: Subject,
  { workspace, signal, onProgress }: CallContext,
): Promise<RaceResult> {
  const { loaded, input } = await workspace.subject(subject);
  const options = { ...optionsOf(subject), signal };
  const graph = layerGraph(loaded.model, [input.shape]);
  const { tensor, output } = resolveTarget(graph, { layer: options.layer });
  const { tail } = await extractTail(graph, tensor, output.name);
  const planned = planTail(tail);
  const plan = describePlan(planned);
  // A single dispatch is what the race is about: it runs on the GPU also where something else is as fast.
  const isDispatch = planned.kind === 'separable-dense' && (await hasWebGpu());
  const together = { ...options, ...(isDispatch && { executor: 'webgpu' as const }) };
  // The first call compiles shaders and moves weights, which the naive loop would then find done.
  await ablationCam(loaded.model, input, together);
  const single = await ablationCam(loaded.model, input, together);
  onProgress(0);
  const naive = await ablationCam(loaded.model, input, { ...options, strategy: 'naive', onProgress });

  return {
    single: { ...sideOf(single), dispatches: single.dispatches.ablation },
    naive: { ...sideOf(naive), passes: naive.channels },
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

function sideOf({ timings: { totalMs, ablationMs } }: AblationCamResult): {
  totalMs: number;
  ablationMs: number;
} {
  return { totalMs, ablationMs };
}

function largestDifference(a: AblationCamResult, b: AblationCamResult): number {
  const [own, other] = [a.explanations[0]?.weights ?? [], b.explanations[0]?.weights ?? []];
  let largest = 0;
  let difference = 0;
  own.forEach((weight, k) => {
    largest = Math.max(largest, Math.abs(other[k] ?? 0));
    difference = Math.max(difference, Math.abs(weight - (other[k] ?? NaN)));
  });
  return largest === 0 ? difference : difference / largest;
}
