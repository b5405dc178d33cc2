import type { StepPlan } from '../../plan/step-plan.ts';
import type { InputStep, PlanStep, ValueId } from '../../plan/steps.ts';
import { valuesRead } from '../../plan/values-read.ts';
import { channelsOf } from '../../tail/shape.ts';

/**
 * Returns the off streams of a plan that need not be written out, since they are the same at all positions: the target's, and what
 * batch normalization and activations make of it, where only these read them and layers to which channels contribute. One number
 * a channel stands for each.
 */
export function constantOffStreams({
  channels,
  inputSteps,
  variantSteps,
}: Pick<StepPlan, 'channels' | 'inputSteps' | 'variantSteps'>): ReadonlySet<ValueId> {
  const constant = new Set<ValueId>();
  for (const step of inputSteps) if (isConstant(step, constant, channels)) constant.add(step.output);
  const steps = [...inputSteps, ...variantSteps];
  // What reads a value comes after it, and is decided first.
  for (const value of [...constant].reverse()) {
    if (!steps.every((step) => takesChannels(step, value, constant, channels))) constant.delete(value);
  }
  // What is written out is read as such by what is made of it.
  for (const step of inputSteps) if (!isConstant(step, constant, channels)) constant.delete(step.output);
  return constant;
}

function isConstant(step: InputStep, constant: ReadonlySet<ValueId>, channels: number): boolean {
  if (step.kind === 'switch-off') return true;
  const { operation, inputs } = step;
  if (operation.kind !== 'activation' && operation.kind !== 'affine') return false;
  return inputs.every(({ value, shape }) => constant.has(value) && channelsOf(shape) === channels);
}

/** Whether a step, if it reads a value at all, is content with one number a channel. */
function takesChannels(
  step: PlanStep,
  value: ValueId,
  constant: ReadonlySet<ValueId>,
  channels: number,
): boolean {
  const reads = valuesRead(step).filter((read) => read === value).length;
  if (reads === 0) return true;
  if (step.kind === 'evaluate') return constant.has(step.output);
  if (step.kind !== 'contribute') return false;
  const { off, shape } = step.source;
  return off === value && reads === 1 && channelsOf(shape) % channels === 0;
}
