import type { PreparedAblation } from '../../ablation/contract.ts';
import type { Device } from '../../device/device.ts';
import { chunkSizes } from '../../plan/chunk-sizes.ts';
import type { StepPlan } from '../../plan/step-plan.ts';
import { BufferScope } from '../buffer-scope.ts';
import { ChunkedAblation, type MapMaker } from '../chunked-ablation.ts';
import { prepareMaps } from '../map-launch.ts';
import { preparePipelines } from '../operations/launch.ts';
import { InputChunkRun } from './input-chunk.ts';
import { stepKernels } from './step-kernels.ts';
import { uploadConstants } from './step-constants.ts';

export interface StepsOptions {
  readonly budgetBytes: number;
  readonly mapMaker: MapMaker;
}

/** Uploads the weights of the plan's steps and compiles what they need; the caller disposes of the result. */
export async function prepareSteps(
  device: Device,
  plan: StepPlan,
  { budgetBytes, mapMaker }: StepsOptions,
): Promise<PreparedAblation> {
  const scope = new BufferScope(device);
  const steps = [...plan.inputSteps, ...plan.variantSteps];
  try {
    const constants = await device.checked(
      'weights of the tail',
      () => new Map(steps.map((step) => [step, uploadConstants(step, scope)])),
    );
    const [pipelines] = await Promise.all([
      preparePipelines(device, stepKernels(steps, plan.values.length, constants)),
      prepareMaps(device, mapMaker),
    ]);
    const budgeted = { ...plan, budgetBytes };
    const uploaded = { plan: budgeted, constants, pipelines };
    return new ChunkedAblation(
      device,
      budgeted,
      {
        chunkSizes: (inputs, { classes, scores }) => chunkSizes(budgeted, inputs, classes, scores),
        run: (input, chunk, collect) => new InputChunkRun(device, uploaded, input, chunk).run(collect),
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
