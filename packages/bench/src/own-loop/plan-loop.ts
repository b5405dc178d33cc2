import {
  channelsOf,
  KernelsError,
  positionsOf,
  type EvaluateStep,
  type InputStep,
  type Operation,
  type Plan,
  type PlanLimits,
  type PlanValue,
  type Slot,
  type Tail,
  type ValueId,
} from '@ablation-cam/kernels';
import {
  consumerCounts,
  liveNodes,
  PlanContext,
  placeValues,
  targetNode,
} from '@ablation-cam/kernels/internals';

/** The naive loop as steps: what is done once an input, and the whole tail again for every variant. */
export interface LoopPlan extends Pick<
  Plan,
  'tail' | 'positions' | 'channels' | 'classes' | 'scoreFunction'
> {
  readonly values: readonly PlanValue[];
  /** For one variant at a time; those of the loop are `perVariant`. */
  readonly slots: readonly Slot[];
  readonly given: readonly { readonly node: number; readonly value: ValueId }[];
  readonly inputSteps: readonly InputStep[];
  /** From the masked target to the logits. */
  readonly loopSteps: readonly EvaluateStep[];
  /** The target with one channel switched off; nothing else takes its slot. */
  readonly masked: ValueId;
  readonly off: ValueId;
  readonly logits: ValueId;
}

/**
 * Plans one evaluation of the tail for each channel, without repeating what does not depend on the target.
 *
 * @throws KernelsError `unsupported-tail` where the tail has operations without a kernel, `invalid-tail` where it contradicts itself
 */
export function planLoop(tail: Tail, limits: PlanLimits): LoopPlan {
  const target = targetNode(tail);
  const isLive = liveNodes(tail);
  const context = new PlanContext(tail, limits, 'none', consumerCounts(tail, isLive));
  context.addGiven(tail.target);
  const masked = context.addValue(tail.target, 'delta', context.values[0]?.elements ?? 0);
  const depends = dependants(tail);
  const value: ValueId[] = [];
  tail.nodes.forEach((node, index) => {
    const { operation, shape, inputs, name } = node;
    if (!isLive[index] || depends[index]) return;
    if (operation.kind === 'constant' || operation.kind === 'opaque') value[index] = context.addGiven(index);
    else value[index] = evaluated(context, index, operation, 'base', inputs, value, name, shape);
  });
  const off = context.switchOff(tail.target);
  const before = context.inputSteps.length;
  tail.nodes.forEach((node, index) => {
    const { operation, shape, inputs, name } = node;
    if (!isLive[index] || !depends[index]) return;
    if (index === tail.target) value[index] = masked;
    else value[index] = evaluated(context, index, operation, 'delta', inputs, value, name, shape);
  });
  const { given, values, inputSteps } = context;
  const placed = placeValues({
    values,
    given: [...given, { value: masked }],
    inputSteps,
    variantSteps: [],
    kept: [masked, off, value[tail.output]!],
  });
  return {
    tail,
    positions: positionsOf(target.shape),
    channels: channelsOf(target.shape),
    classes: context.node(tail.output).shape[0] ?? 0,
    scoreFunction: tail.scoreFunction,
    ...placed,
    given,
    inputSteps: inputSteps.slice(0, before),
    loopSteps: inputSteps.slice(before).filter((step): step is EvaluateStep => step.kind === 'evaluate'),
    masked,
    off,
    logits: value[tail.output]!,
  };
}

/** A node's value from those of its inputs; a reshape needs no step. */
function evaluated(
  context: PlanContext,
  index: number,
  operation: Operation,
  stream: 'base' | 'delta',
  inputs: readonly number[],
  value: readonly ValueId[],
  name: string,
  shape: readonly number[],
): ValueId {
  if (operation.kind === 'opaque') {
    throw new KernelsError(
      'unsupported-tail',
      `The loop has no kernel for "${name}" (${operation.layerClass}); use the network's own layers.`,
    );
  }
  if (operation.kind === 'reshape') return value[inputs[0] ?? -1]!;
  const read = inputs.map((input) => ({ value: value[input]!, shape: context.node(input).shape }));
  return context.evaluate(stream, index, operation, read, shape);
}

/** Whether each node depends on the target. */
function dependants({ nodes, target }: Tail): boolean[] {
  const depends: boolean[] = [];
  nodes.forEach(({ inputs }, index) => {
    depends.push(index === target || inputs.some((input) => depends[input]));
  });
  return depends;
}
