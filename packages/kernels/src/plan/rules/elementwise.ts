import type { ActivationOperation } from '../../operations/activation.ts';
import type { AffineOperation } from '../../operations/affine.ts';
import { withActivation, withScale, type OpenStep } from '../open-step.ts';
import type { PlanContext } from '../plan-context.ts';
import type { Epilogue } from '../steps.ts';
import type { Part, TensorState } from '../tensor-state.ts';

/** One factor and summand a channel; the summand is in the base only. */
export function planAffine(
  context: PlanContext,
  node: number,
  operation: AffineOperation,
  x: TensorState,
): TensorState {
  const parts = x.parts.map((part) => {
    const open = context.extendable(x, part);
    return extended(context, node, x, part, open, (epilogue) => withScale(epilogue, operation));
  });
  return elementwise(context, node, x, parts);
}

/** The delta of an activation is f(base) - f(base - delta), never f(delta). */
export function planActivation(
  context: PlanContext,
  node: number,
  operation: ActivationOperation,
  x: TensorState,
): TensorState {
  const parts = x.parts.map((part) => {
    const open = context.extendable(x, part);
    return extended(context, node, x, part, open, (epilogue) => withActivation(epilogue, operation, x.base));
  });
  return elementwise(context, node, x, parts);
}

function elementwise(
  context: PlanContext,
  node: number,
  x: TensorState,
  parts: readonly Part[],
): TensorState {
  const oneChannel = x.oneChannel && { off: context.off(node, [x]), owner: x.oneChannel.owner };
  return { node, shape: x.shape, base: context.base(node, [x]), oneChannel, parts };
}

/** The step with a longer epilogue, or a step of its own that does nothing but the epilogue. */
function extended(
  context: PlanContext,
  node: number,
  x: TensorState,
  part: Part,
  open: OpenStep | null,
  extend: (epilogue: Epilogue) => Epilogue | null,
): Part {
  const longer = open && extend(open.epilogue);
  if (open && longer) return context.extend(open, part.segment, node, longer);
  const alone = context.open(
    node,
    {
      kind: 'combine',
      function: 'add',
      operands: [context.deltaOperand(x, part, false)],
      shape: x.shape,
      segment: part.segment,
    },
    part.segment,
  );
  const epilogue = alone.open && extend(alone.open.epilogue);
  if (!alone.open || !epilogue) throw new RangeError('An empty epilogue takes every operation.');
  return context.extend(alone.open, part.segment, node, epilogue);
}
