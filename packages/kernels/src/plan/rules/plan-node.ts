import { KernelsError } from '../../errors.ts';
import type { OperationKind, OperationMap } from '../../operations/operation.ts';
import { channelsOf } from '../../tail/shape.ts';
import type { PlanContext } from '../plan-context.ts';
import { lazy, type TensorState } from '../tensor-state.ts';
import { planChannelGroups } from './channel-groups.ts';
import { planChannelLocal } from './channel-local.ts';
import { planElementwise } from './elementwise.ts';
import { planLinear } from './linear.ts';
import { planConcatenate, planMerge } from './merging.ts';
import { planReshape, planWholeTensor } from './whole-tensor.ts';

/** Returns what the planner knows of a node's tensor from what it knows of the node's inputs. */
type PlanRule<Operation> = (
  context: PlanContext,
  node: number,
  operation: Operation,
  inputs: readonly TensorState[],
) => TensorState;

const RULES: { readonly [Kind in OperationKind]: PlanRule<OperationMap[Kind]> } = {
  target: targetState,
  constant: givenState,
  opaque: givenState,
  dense: ofOne(planLinear),
  convolution: ofOne(planLinear),
  affine: ofOne(planElementwise),
  activation: ofOne(planElementwise),
  depthwise: ofOne(planChannelLocal),
  pool: ofOne(planChannelLocal),
  'global-pool': ofOne(planChannelLocal),
  pad: ofOne(planChannelLocal),
  crop: ofOne(planChannelLocal),
  resize: ofOne(planChannelLocal),
  prelu: ofOne(planChannelLocal),
  permute: ofOne(planWholeTensor),
  repeat: ofOne(planWholeTensor),
  softmax: ofOne(planWholeTensor),
  'layer-normalization': ofOne(planWholeTensor),
  'group-normalization': ofOne(planChannelGroups),
  reshape: ofOne(planReshape),
  merge: ofSome(planMerge),
  concatenate: ofSome(planConcatenate),
};

/** @throws KernelsError `invalid-tail` where the node lacks its input */
export function planNode(
  context: PlanContext,
  index: number,
  stateOf: (node: number) => TensorState,
): TensorState {
  const { operation, inputs } = context.node(index);
  return ruleFor(operation)(context, index, operation, inputs.map(stateOf));
}

function ruleFor<Kind extends OperationKind>({
  kind,
}: {
  readonly kind: Kind;
}): PlanRule<OperationMap[Kind]> {
  return RULES[kind];
}

function ofOne<Operation>(
  rule: (context: PlanContext, node: number, operation: Operation, x: TensorState) => TensorState,
): PlanRule<Operation> {
  return (context, node, operation, [x]) => {
    if (!x) throw withoutInput(context, node);
    return rule(context, node, operation, x);
  };
}

function ofSome<Operation>(rule: PlanRule<Operation>): PlanRule<Operation> {
  return (context, node, operation, inputs) => {
    if (inputs.length === 0) throw withoutInput(context, node);
    return rule(context, node, operation, inputs);
  };
}

function withoutInput(context: PlanContext, node: number): KernelsError {
  const { name, operation } = context.node(node);
  return new KernelsError('invalid-tail', `Node "${name}" (${operation.kind}) of the tail has no input.`);
}

/** The target: variant k differs in channel k alone. */
function targetState(context: PlanContext, index: number): TensorState {
  const { shape } = context.node(index);
  const channels = channelsOf(shape);
  return {
    node: index,
    shape,
    base: lazy(() => context.given[0]!.value),
    oneChannel: {
      off: lazy(() => context.switchOff(index)),
      owner: { trailing: 1, length: channels, offset: 0, multiplier: 1, variants: channels },
    },
    parts: [],
  };
}

/** A value that comes with each run. */
function givenState(context: PlanContext, index: number): TensorState {
  const { shape } = context.node(index);
  return { node: index, shape, base: lazy(() => context.addGiven(index)), oneChannel: null, parts: [] };
}
