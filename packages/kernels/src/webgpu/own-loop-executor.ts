import type { Executor } from '../ablation/contract.ts';
import type { Device } from '../device/device.ts';
import { DEFAULT_BUDGET_BYTES } from '../plan/chunks.ts';
import { planLoop, type LoopPlan } from '../plan/plan-loop.ts';
import { resultLayout, type Wanted } from '../plan/result-layout.ts';
import { sizeOf } from '../tail/shape.ts';
import { BufferScope } from './buffer-scope.ts';
import { ChunkedAblation, defaultMapMaker } from './chunked-ablation.ts';
import { prepareMaps } from './map-launch.ts';
import { preparePipelines } from './operations/launch.ts';
import { COMBINE, MASK, SCORE } from './operations/shaders.ts';
import { runLoop } from './steps/loop-run.ts';
import { uploadConstants } from './steps/step-constants.ts';
import { stepKernels } from './steps/step-kernels.ts';

export interface OwnLoopOptions {
  /** Whether each channel's logits are read before the next channel is masked. Default: nothing is waited for before the end. */
  readonly isAwaited?: boolean;
}

/**
 * Returns the executor that evaluates the whole tail once for each channel, on the kernels of `webGpuExecutor`: what plans are
 * measured against. Of a plan it takes the tail alone. What does not depend on the target is evaluated once, and the target is
 * masked in place. The device stays the caller's.
 */
export function ownLoopExecutor(device: Device, { isAwaited = false }: OwnLoopOptions = {}): Executor {
  return {
    name: 'webgpu',
    adapter: device.adapter,
    prepare: async (plan) => {
      const loop = planLoop(plan, device.limits);
      const mapMaker = defaultMapMaker(device);
      const scope = new BufferScope(device);
      try {
        const steps = [...loop.inputSteps, ...loop.loopSteps];
        const constants = await device.checked(
          'weights of the tail',
          () => new Map(steps.map((step) => [step, uploadConstants(step, scope)])),
        );
        const ends = [
          { shader: MASK, overrides: {} },
          { shader: COMBINE, overrides: { HAS_EXTRAS: 0, ACTIVATION: 0, POOLS: 0 } },
          { shader: SCORE, overrides: {} },
        ];
        const kernels = [...stepKernels(steps, loop.values.length, constants), ...ends];
        const [pipelines] = await Promise.all([
          preparePipelines(device, kernels),
          prepareMaps(device, mapMaker),
        ]);
        return new ChunkedAblation(
          device,
          plan,
          {
            chunkSizes: (inputs, wanted) => ({
              inputs: Math.max(
                1,
                Math.min(inputs, Math.floor(DEFAULT_BUDGET_BYTES / bytesPerInput(loop, wanted))),
              ),
              variants: 1,
            }),
            run: (input, chunk, collect) =>
              runLoop(device, { plan: loop, constants, pipelines }, input, chunk, isAwaited, collect),
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
    },
  };
}

/** The slots, logits and drops of every variant, and results, which are there twice to be read back. */
function bytesPerInput(loop: LoopPlan, wanted: Wanted): number {
  const { slots, channels, classes, positions } = loop;
  const kept = slots.reduce((sum, { elements }) => sum + elements, 0);
  const results = 2 * resultLayout(loop, 1, wanted).length;
  return 4 * (kept + 2 * channels * classes + results + 2 * channels * sizeOf(positions) + 3 * classes);
}
