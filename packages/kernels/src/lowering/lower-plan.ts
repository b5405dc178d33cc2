import type { StepPlan } from '../plan/step-plan.ts';
import type {
  ContributeStep,
  ConvolveStep,
  FallbackStep,
  InputStep,
  ValueId,
  VariantStep,
} from '../plan/steps.ts';
import type { Weights, WeightValues } from '../plan/weights.ts';
import { channelsOf, positionsOf, sizeOf } from '../tail/shape.ts';
import { variantsInFront, type Change } from './change.ts';
import { lowerEpilogue } from './epilogue.ts';
import { operandBase, operandDelta, PlanValues, wholeOf } from './operands.ts';
import { lowerOperation } from './operations/lower-operation.ts';
import { lastStepOf } from './last-step.ts';
import { ProgramBuilder } from './program-builder.ts';
import type { Program, ProgramOutput, Tensor } from './program.ts';
import { lowerCombine, lowerConcatenate } from './steps/combine.ts';
import { lowerContribute } from './steps/contribute.ts';
import { lowerConvolve } from './steps/convolve.ts';
import { lowerPropagate } from './steps/propagate.ts';

/** What the engine that a plan is lowered for can do. */
export interface LoweringOptions {
  /** Whether all variants go in one chunk, or as many as each run says. */
  readonly variants: Program['variants'];
  /**
   * Multiply-adds that a node may take for one input or variant; layers that pass it are computed in parts of their filters.
   * For engines that never leave their thread, and give way to others only between nodes. Default: no limit.
   */
  readonly mostOperations?: number;
  /** Whether the engine convolves in groups. Default: true. */
  readonly takesGroups?: boolean;
  /** Whether the engine leaves out of the convolutions of chunks what is multiplied by cells that are 0. Default: false. */
  readonly skipsZeroCells?: boolean;
  /** Whether the program ends before the step that `lastStepOf` names, where there is one: then `LastStep` does it. */
  readonly leavesLastStep?: boolean;
}

/** A plan as a program that is given values of nodes of the tail. */
export type PlanProgram = Program<ProgramOutput>;

/**
 * Writes a plan in steps as a program of ordinary operations, up to the changes of the logits or the tensors it hands out. Pure.
 *
 * @param kernels the weights of the plan's steps, as `kernelsInTurns` returns them
 */
export function lowerPlan(
  plan: StepPlan,
  kernels: ReadonlyMap<Weights, WeightValues>,
  options: LoweringOptions,
): PlanProgram {
  const b = builderFor(plan, options);
  const given = (node: number): Tensor => b.given(node, plan.tail.nodes[node]?.shape ?? []);
  return b.finish(lowerSteps(b, plan, kernels, options, given));
}

export function builderFor(
  { channels }: StepPlan,
  { variants, mostOperations = Infinity, takesGroups = true }: LoweringOptions,
): ProgramBuilder {
  return new ProgramBuilder(channels, variants === 'all', mostOperations, takesGroups);
}

/** Adds the steps of a plan to a program. @param valueOf returns the value of a node of the tail that the plan reads */
export function lowerSteps(
  b: ProgramBuilder,
  plan: StepPlan,
  kernels: ReadonlyMap<Weights, WeightValues>,
  { leavesLastStep = false, skipsZeroCells = false }: LoweringOptions,
  valueOf: (node: number) => Tensor,
): ProgramOutput {
  const values = new PlanValues(b);
  for (const { node, value } of plan.given) values.set(value, valueOf(node));
  for (const step of plan.inputSteps) {
    b.nameLayers(step.layers);
    values.set(step.output, lowerInputStep(step, plan.channels, values));
  }
  const last = leavesLastStep ? lastStepOf(plan) : null;
  if (last) return streamsOf(last, values);
  let output: ProgramOutput | null = null;
  for (const step of plan.variantSteps) {
    b.nameLayers(step.layers);
    if (step.kind === 'fallback') output = { kind: 'frontier', tensors: frontierTensors(step, values) };
    else if (step.kind === 'score') output ??= logitDrops(step.delta, plan.classes, values);
    else values.set(step.output, lowerVariantStep(step, plan, kernels, values, skipsZeroCells));
  }
  if (!output) throw new RangeError('The plan has no score step.');
  return output;
}

function lowerInputStep(step: InputStep, channels: number, values: PlanValues): Tensor {
  const { b } = values;
  const { shape } = step;
  if (step.kind === 'switch-off') {
    return b.everywhere(b.off(channels), [b.inputs(), sizeOf(shape) / channels, channels]);
  }
  const inputs = step.inputs.map(({ value, shape: own }) => values.get(value, own));
  const shapes = step.inputs.map((input) => input.shape);
  return lowerOperation(b, step.operation, inputs, shapes, shape);
}

/** A delta, `[inputs * variants, ...]`. */
function lowerVariantStep(
  step: Exclude<VariantStep, { readonly kind: 'fallback' | 'score' }>,
  plan: StepPlan,
  kernels: ReadonlyMap<Weights, WeightValues>,
  values: PlanValues,
  skipsZeroCells: boolean,
): Tensor {
  const { shape } = step;
  switch (step.kind) {
    case 'contribute':
    case 'convolve': {
      const change = plusPartial(step, lowerLinear(step, plan, kernels, values, skipsZeroCells), values);
      return lowerEpilogue(step.epilogue, change, wholeOf(shape), shape, values);
    }
    case 'propagate':
      return lowerEpilogue(step.epilogue, lowerPropagate(step, values), step.segment, shape, values);
    case 'combine':
      return lowerEpilogue(step.epilogue, lowerCombine(step, values), step.segment, shape, values);
    case 'concatenate':
      return lowerConcatenate(step, values);
  }
}

function lowerLinear(
  step: ContributeStep | ConvolveStep,
  plan: StepPlan,
  kernels: ReadonlyMap<Weights, WeightValues>,
  values: PlanValues,
  skipsZeroCells: boolean,
): Change {
  const kernel = kernels.get(step.kernel);
  if (!kernel) throw new RangeError(`The weights of ${step.layers.join(', ')} were not prepared.`);
  if (step.kind === 'contribute') return lowerContribute(step, kernel, values);
  const skipsZeros = mayRest(plan, step.source.delta);
  return lowerConvolve(step, kernel, values, { skipsZeros, skipsZeroCells: skipsZeros && skipsZeroCells });
}

/** Whether a value is made of deltas of units behind an activation that is 0 over half of its range: many are off in all variants. */
function mayRest({ variantSteps }: StepPlan, delta: ValueId): boolean {
  const rests = (value: ValueId): boolean => {
    const maker = variantSteps.find((step) => 'output' in step && step.output === value);
    if (maker?.kind === 'concatenate') {
      return maker.operands.some((operand) => operand.label === 'all' && rests(operand.delta));
    }
    if (!maker || !('epilogue' in maker)) return false;
    const { activation, addend } = maker.epilogue;
    if (activation) return RESTING.has(activation.function);
    return maker.kind === 'propagate' && addend === null && rests(maker.source.delta);
  };
  return rests(delta);
}

const RESTING: ReadonlySet<string> = new Set(['relu', 'relu6', 'thresholded-relu']);

/** Adds the deltas that other parts of the layer's input gave, where there are some. */
function plusPartial(
  { partial, shape }: ContributeStep | ConvolveStep,
  change: Change,
  values: PlanValues,
): Change {
  if (partial === null) return change;
  const { b } = values;
  const other = values.get(partial, [...positionsOf(shape), channelsOf(shape)]);
  return { ...change, tensor: b.binary('add', variantsInFront(b, change), other), inside: false };
}

function streamsOf({ source }: ContributeStep, values: PlanValues): ProgramOutput {
  const [base, off] = [values.get(source.base, source.shape), values.get(source.off, source.shape)];
  return { kind: 'streams', base, off };
}

function logitDrops(delta: ValueId, classes: number, values: PlanValues): ProgramOutput {
  return { kind: 'logit-drops', value: values.get(delta, [classes]) };
}

/** base - delta of each tensor that is handed out. */
function frontierTensors(
  { frontier }: FallbackStep,
  values: PlanValues,
): Extract<ProgramOutput, { readonly kind: 'frontier' }>['tensors'] {
  const { b } = values;
  return frontier.map(({ node, operand }) => {
    const size = sizeOf(operand.shape);
    const base = b.reshape(operandBase(operand, values), [b.inputs(), 1, size]);
    const delta = operandDelta(operand, values);
    const every = [b.inputs(), b.variants(), size];
    return {
      node,
      value: delta === null ? b.expand(base, every) : b.binary('subtract', base, b.reshape(delta, every)),
    };
  });
}
