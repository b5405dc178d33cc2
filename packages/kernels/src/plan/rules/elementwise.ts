import { factsOf } from '../../operations/operation-facts.ts';
import type { ActivationOperation } from '../../operations/activation.ts';
import type { AffineOperation } from '../../operations/affine.ts';
import { withFused, type OpenStep } from '../open-step.ts';
import type { PlanContext } from '../plan-context.ts';
import type { Epilogue } from '../steps.ts';
import type { Part, TensorState } from '../tensor-state.ts';

/**
 * One factor and summand a channel, the summand in the base only, or an activation, whose delta is f(base) - f(base - delta),
 * never f(delta): both at the end of the step before, or of one that does nothing else.
 */
export function planElementwise(
  context: PlanContext,
  node: number,
  operation: ActivationOperation | AffineOperation,
  x: TensorState,
): TensorState {
  const parts = x.parts.map((part) => {
    const open = context.extendable(x, part);
    return extended(context, node, x, part, open, operation);
  });
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
  operation: ActivationOperation | AffineOperation,
): Part {
  const fusible = factsOf(operation).fusible(operation);
  const extend = (epilogue: Epilogue): Epilogue | null =>
    fusible && withFused(epilogue, fusible, x.shape, x.base);
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
