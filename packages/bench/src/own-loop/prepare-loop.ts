import { sizeOf, type Device, type PreparedAblation, type Tail } from '@ablation-cam/kernels';
import {
  BufferScope,
  ChunkedAblation,
  COMBINE,
  DEFAULT_BUDGET_BYTES,
  defaultMapMaker,
  prepareMaps,
  preparePipelines,
  resultLayout,
  SCORE,
  stepKernels,
  uploadConstants,
  type Wanted,
} from '@ablation-cam/kernels/internals';
import { planLoop, type LoopPlan } from './plan-loop.ts';
import { runLoop } from './run-loop.ts';
import { MASK } from './shaders.ts';

export interface LoopOptions {
  /** Whether each channel's logits are read before the next channel is masked. Default: nothing is waited for before the end. */
  readonly isAwaited?: boolean;
}

/**
 * Prepares the evaluation of the whole tail once for each channel, on the kernels of `webGpuExecutor`: what plans are measured
 * against. What does not depend on the target is evaluated once, and the target is masked in place. The caller disposes of the
 * result; the device stays the caller's.
 *
 * @throws KernelsError `unsupported-tail` where the tail has operations without a kernel, `invalid-tail` where it contradicts itself
 */
export async function prepareLoop(
  device: Device,
  tail: Tail,
  { isAwaited = false }: LoopOptions = {},
): Promise<PreparedAblation<LoopPlan>> {
  const plan = planLoop(tail, device.limits);
  const mapMaker = defaultMapMaker(device);
  const scope = new BufferScope(device);
  try {
    const steps = [...plan.inputSteps, ...plan.loopSteps];
    const constants = await device.checked(
      'weights of the tail',
      () => new Map(steps.map((step) => [step, uploadConstants(step, scope)])),
    );
    const ends = [
      { shader: MASK, overrides: {} },
      { shader: COMBINE, overrides: { HAS_EXTRAS: 0, ACTIVATION: 0, POOLS: 0 } },
      { shader: SCORE, overrides: {} },
    ];
    const kernels = [...stepKernels(steps, plan.values.length, constants), ...ends];
    const [pipelines] = await Promise.all([preparePipelines(device, kernels), prepareMaps(device, mapMaker)]);
    const uploaded = { plan, constants, pipelines };
    return new ChunkedAblation(
      device,
      plan,
      {
        chunkSizes: (inputs, wanted) => ({ inputs: inputsTogether(plan, inputs, wanted), variants: 1 }),
        run: (input, chunk, collect) => runLoop(device, uploaded, input, chunk, isAwaited, collect),
        dispose: () => {
          scope.dispose();
        },
      },
      mapMaker,
    );
  } catch (error) {
    scope.dispose();
    throw error;
  }
}

/** How many of `inputs` fit into the memory that a plan may take as well. */
function inputsTogether(plan: LoopPlan, inputs: number, wanted: Wanted): number {
  const most = Math.floor(DEFAULT_BUDGET_BYTES / bytesPerInput(plan, wanted));
  return Math.max(1, Math.min(inputs, most));
}

/** The slots, logits and drops of every variant, and results, which are there twice to be read back. */
function bytesPerInput(plan: LoopPlan, wanted: Wanted): number {
  const { slots, channels, classes, positions } = plan;
  const kept = slots.reduce((sum, { elements }) => sum + elements, 0);
  const results = 2 * resultLayout(plan, 1, wanted).length;
  return 4 * (kept + 2 * channels * classes + results + 2 * channels * sizeOf(positions) + 3 * classes);
}
