import { BufferUsage, sizeOf, type Device, type PreparedAblation, type Tail } from '@ablation-cam/kernels';
import {
  BufferScope,
  ChunkedAblation,
  constantsOf,
  DEFAULT_BUDGET_BYTES,
  defaultMapMaker,
  LAYOUTS,
  layoutFor,
  Pipelines,
  resultLayout,
  type BufferSpec,
  type Wanted,
} from '@ablation-cam/kernels/internals';
import { planLoop, type LoopPlan } from './plan-loop.ts';
import { runLoop } from './run-loop.ts';

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
  const scope = new BufferScope(device);
  try {
    const layout = LAYOUTS[layoutFor(device.adapter)];
    const constants = constantsOf([...plan.inputSteps, ...plan.loopSteps], layout);
    const specs = new Set([...constants.values()].flatMap((of) => of.specs));
    const uploaded = await device.checked('weights of the tail', () => {
      return new Map<BufferSpec, GPUBuffer>(
        [...specs].map((spec) => [spec, scope.upload(spec.label, spec.contents(), BufferUsage.storage)]),
      );
    });
    const source = { device, layout, pipelines: new Pipelines(device, layout), constants: uploaded };
    return new ChunkedAblation(
      device,
      plan,
      {
        chunkSizes: (inputs, wanted) => ({ inputs: inputsTogether(plan, inputs, wanted), variants: 1 }),
        run: async (input, chunks, { collect, done }) => {
          for (const chunk of chunks) {
            await runLoop(source, plan, constants, input, chunk, isAwaited, (output) => {
              collect(output, chunk);
            });
            done(chunk);
          }
        },
        dispose: () => {
          scope.dispose();
        },
      },
      defaultMapMaker(device),
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
