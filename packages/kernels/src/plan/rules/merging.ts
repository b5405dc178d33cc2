import { factsOf } from '../../operations/operation-facts.ts';
import { channelsOf, isSameShape, positionsOf } from '../../tail/shape.ts';
import type { ConcatenateOperation } from '../../operations/concatenate.ts';
import type { MergeOperation } from '../../operations/merge.ts';
import { isScaledOnly, withAddend } from '../open-step.ts';
import { ownerAfter } from '../owner-rules.ts';
import type { PlanContext } from '../plan-context.ts';
import type { DeltaOperand } from '../steps.ts';
import { isSame, lazy, onlyPart, wholeSegment, type Part, type TensorState } from '../tensor-state.ts';

/** Element-wise operations on several tensors. */
export function planMerge(
  context: PlanContext,
  node: number,
  operation: MergeOperation,
  inputs: readonly TensorState[],
): TensorState {
  const { shape } = context.node(node);
  const result = { node, shape, base: context.base(node, inputs) };
  if (inputs.every(isSame)) return { ...result, oneChannel: null, parts: [] };
  if (inputs.every(({ parts }) => parts.length === 0)) {
    const owner = ownerAfter(operation, inputs.map(owned), shape);
    if (owner) return { ...result, oneChannel: { off: context.off(node, inputs), owner }, parts: [] };
  }
  const passed = onlyChanged(operation, inputs, result.shape);
  if (passed) {
    const { oneChannel } = passed;
    const owner = oneChannel?.owner;
    const parts = passed.parts.map(withNewBase);
    return { ...result, oneChannel: owner ? { off: context.off(node, inputs), owner } : null, parts };
  }
  const part =
    addedInStep(context, node, operation, inputs, shape) ?? combined(context, node, operation, inputs);
  return { ...result, oneChannel: null, parts: [part] };
}

/** The summand whose deltas are those of the sum, because the others are the same in all variants. */
function onlyChanged(
  { function: name }: MergeOperation,
  inputs: readonly TensorState[],
  shape: TensorState['shape'],
): TensorState | null {
  const changed = inputs.filter((input) => !isSame(input));
  const [first] = changed;
  if (changed.length !== 1 || !first || !isSameShape(first.shape, shape)) return null;
  return name === 'add' || (name === 'subtract' && first === inputs[0]) ? first : null;
}

/** The deltas stay, but a step that already knows the base it had can take nothing over that reads the new one. */
function withNewBase(part: Part): Part {
  return part.open?.epilogue.base === null ? part : { ...part, open: null };
}

/** A sum of two changed tensors, one of them in the making: the step that makes it adds the other (a residual). */
function addedInStep(
  context: PlanContext,
  node: number,
  operation: MergeOperation,
  inputs: readonly TensorState[],
  shape: TensorState['shape'],
): Part | null {
  const changed = inputs.filter((input) => !isSame(input));
  if (factsOf(operation).fusible(operation)?.place !== 'addend' || changed.length !== 2) return null;
  if (!changed.every((input) => isSameShape(input.shape, shape))) return null;
  for (const [main, other] of [changed.toReversed(), changed]) {
    const part = main && onlyPart(main);
    const open = main && part && context.extendable(main, part);
    if (!open || !other || !isScaledOnly(open.epilogue)) continue;
    const addend = context.operand(other, false);
    if (addend.label === 'same') continue;
    const epilogue = withAddend(open.epilogue, addend);
    return epilogue && context.extend(open, part.segment, node, epilogue);
  }
  return null;
}

function combined(
  context: PlanContext,
  node: number,
  operation: MergeOperation,
  inputs: readonly TensorState[],
): Part {
  const { shape } = context.node(node);
  const readsBase = !factsOf(operation).isLinear(operation);
  const operands = inputs.map((input) => context.operand(input, readsBase));
  const segment = wholeSegment(shape);
  return context.open(
    node,
    { kind: 'combine', function: operation.function, operands, shape, segment },
    segment,
  );
}

/** Along the channels every input keeps its label, on channels of its own; neighbouring deltas are put together. */
export function planConcatenate(
  context: PlanContext,
  node: number,
  operation: ConcatenateOperation,
  inputs: readonly TensorState[],
): TensorState {
  const { shape } = context.node(node);
  const result = { node, shape, base: context.base(node, inputs) };
  if (inputs.every(isSame)) return { ...result, oneChannel: null, parts: [] };
  const isByChannel = operation.axis === shape.length - 1;
  const hasOwners = inputs.some(({ oneChannel }) => oneChannel);
  const owner = hasOwners ? ownerAfter(operation, inputs.map(owned), shape) : null;
  const fits = owner !== null || !hasOwners;
  const oneChannel = owner && { off: context.off(node, inputs), owner };
  if (fits && (isByChannel || inputs.every(({ parts }) => parts.length === 0))) {
    return { ...result, oneChannel, parts: neighboursJoined(context, node, partsSideBySide(inputs)) };
  }
  const operands = inputs.map((input) => {
    return isSame(input)
      ? context.operand(input, false)
      : context.deltaOperand(input, context.widened(input), false);
  });
  const delta = context.concatenate(node, operation.axis, operands, shape);
  return {
    ...result,
    oneChannel: null,
    parts: [{ segment: wholeSegment(shape), delta: lazy(() => delta), open: null }],
  };
}

function owned({ shape, oneChannel }: TensorState): {
  shape: TensorState['shape'];
  owner: NonNullable<TensorState['oneChannel']>['owner'] | null;
} {
  return { shape, owner: oneChannel?.owner ?? null };
}

function partsSideBySide(inputs: readonly TensorState[]): Part[] {
  let before = 0;
  return inputs.flatMap(({ shape, parts }) => {
    const start = before;
    before += channelsOf(shape);
    return parts.map(({ segment, delta }) => ({
      segment: { start: start + segment.start, length: segment.length },
      delta,
      open: null,
    }));
  });
}

/** Parts whose segments touch become one: a convolution then reads all changed channels at once. */
function neighboursJoined(context: PlanContext, node: number, parts: readonly Part[]): Part[] {
  const positions = positionsOf(context.node(node).shape);
  const runs: Part[][] = [];
  for (const part of parts) {
    const last = runs.at(-1)?.at(-1)?.segment;
    if (last && last.start + last.length === part.segment.start) runs.at(-1)?.push(part);
    else runs.push([part]);
  }
  return runs.map((run) => {
    const [first] = run;
    if (!first || run.length === 1) return run[0]!;
    const length = run.reduce((sum, { segment }) => sum + segment.length, 0);
    const operands = run.map(({ segment, delta }): DeltaOperand => {
      const shape = [...positions, segment.length];
      return { label: 'all', shape, base: null, delta: delta(), segment: wholeSegment(shape) };
    });
    const delta = context.concatenate(node, positions.length, operands, [...positions, length]);
    return { segment: { start: first.segment.start, length }, delta: lazy(() => delta), open: null };
  });
}
