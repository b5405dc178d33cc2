import type {
  CombineStep,
  ConcatenateStep,
  ContributeStep,
  ConvolveStep,
  PropagateStep,
} from '../../plan/steps.ts';
import { factsOf } from '../../operations/operation-facts.ts';
import type { Launch } from '../launch/launch.ts';
import { contributionLaunches } from '../operations/contribution.ts';
import { convolutionLaunches, type ConvolutionSource } from '../operations/convolution.ts';
import type { DeviceOperand } from '../operations/elementwise.ts';
import { placeLaunch } from '../operations/moves.ts';
import { wholeOf, type Result } from '../operations/result.ts';
import { changeRow } from '../operations/table.ts';
import { combineOperands } from './combine-operands.ts';
import { isNothing, isPooling, type StepContext } from './step-context.ts';

/** The launches of a step that works with the kernels alone. */
export function variantLaunches(
  step: ContributeStep | ConvolveStep | PropagateStep | CombineStep | ConcatenateStep,
  context: StepContext,
): Launch[] {
  switch (step.kind) {
    case 'contribute':
    case 'convolve':
      return convolveLaunches(step, context);
    case 'propagate':
      return propagateLaunches(step, context);
    case 'combine':
      return combineOperands(
        step.function,
        step.operands.map((operand) => context.operand(operand)),
        step,
        context,
      );
    case 'concatenate':
      return concatenateLaunches(step, context);
  }
}

function convolveLaunches(step: ContributeStep | ConvolveStep, context: StepContext): Launch[] {
  const { sliding, shape, epilogue } = step;
  const { weights, scaleAt } = context.constants(step);
  const source = sourceOf(step, context);
  const segment = wholeOf(shape);
  // Sums of several parts of the weights meet before they are pooled.
  const meet = weights.length > 1 && isPooling(epilogue) ? context.unpooled(shape, segment) : null;
  const output = meet ?? context.value(step.output);
  const bare = context.bare(shape, segment, output);
  const launches = weights.flatMap((part, at) => {
    const isLast = at === weights.length - 1;
    const convolution = {
      source,
      sliding,
      weights: part,
      hasBias: false,
      partial: at === 0 ? context.valueOrNull(step.partial) : 'output',
      result:
        isLast && !meet ? context.finished(bare, epilogue, scaleAt) : isLast ? { ...bare, scaleAt } : bare,
    } as const;
    return contributionLaunches(convolution) ?? convolutionLaunches(convolution);
  });
  if (!meet) return launches;
  const operand: DeviceOperand = { label: 'all', shape, base: null, delta: meet, segment };
  const rest = { ...step, segment, epilogue: { ...epilogue, scale: null } };
  return [...launches, ...combineOperands('add', [operand], rest, context)];
}

function sourceOf(step: ContributeStep | ConvolveStep, context: StepContext): ConvolutionSource {
  if (step.kind === 'contribute') {
    const { shape, base, off, owner } = step.source;
    return {
      shape,
      segment: wholeOf(shape),
      values: context.value(base),
      hasVariants: false,
      contributes: { off: context.off(off), owner },
    };
  }
  const { shape, delta, segment } = step.source;
  return { shape, segment, values: context.value(delta), hasVariants: true, contributes: null };
}

function propagateLaunches(step: PropagateStep, context: StepContext): Launch[] {
  const { operation, shape, segment, epilogue } = step;
  const constants = context.constants(step);
  const source = {
    shape: step.source.shape,
    segment: step.source.segment,
    values: context.value(step.source.delta),
    base: context.valueOrNull(step.source.base),
  };
  const row = changeRow(operation);
  if (row.by === 'combination') {
    const operands = [context.operand(step.source), row.array(operation, constants)];
    return combineOperands(row.combination, operands, step, context);
  }
  const output = context.value(step.output);
  if (factsOf(operation).ownEpilogue !== 'behind' || isNothing(epilogue)) {
    const bare = context.bare(shape, segment, output);
    const result: Result = context.finished(bare, epilogue, constants.scaleAt);
    return row.launches(operation, source, constants, result);
  }
  const meet = context.unpooled(shape, segment);
  const operand: DeviceOperand = { label: 'all', shape, base: null, delta: meet, segment };
  return [
    ...row.launches(operation, source, constants, context.bare(shape, segment, meet)),
    ...combineOperands('add', [operand], step, context),
  ];
}

function concatenateLaunches(step: ConcatenateStep, context: StepContext): Launch[] {
  const { axis, shape } = step;
  const output = context.value(step.output);
  let start = 0;
  return step.operands.map((operand) => {
    const launch = placeLaunch(context.operand(operand), axis, start, shape, context.batch, true, output);
    start += operand.shape[axis] ?? 0;
    return launch;
  });
}
