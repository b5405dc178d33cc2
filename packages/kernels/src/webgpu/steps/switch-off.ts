import type { AblationInput } from '../../ablation/contract.ts';
import { BufferUsage } from '../../device/usage.ts';
import type { SwitchOffStep } from '../../plan/steps.ts';
import { ablationValues } from '../ablation-values.ts';
import type { BufferScope } from '../buffer-scope.ts';
import type { InputChunk } from '../chunked-ablation.ts';
import { switchOffLaunch, type RunShape } from '../operations/ends.ts';
import type { Launch } from '../operations/launch.ts';
import type { StepContext } from './step-context.ts';

/** The launch that makes the target's off stream of the ablation values, which live as long as the scope. */
export function switchOffLaunches(
  step: SwitchOffStep,
  { ablation }: AblationInput,
  chunk: InputChunk,
  shape: RunShape,
  activation: GPUBuffer,
  context: StepContext,
  scope: BufferScope,
): Launch[] {
  const { mode, values } = ablationValues(ablation, shape.channels, chunk);
  const uploaded = values && scope.upload('ablation values', values, BufferUsage.storage);
  return [switchOffLaunch(shape, mode, activation, uploaded, context.value(step.output))];
}
