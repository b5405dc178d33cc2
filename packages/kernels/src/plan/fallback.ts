import type { Tail } from '../tail/tail.ts';
import type { PlanContext } from './plan-context.ts';
import type { FrontierTensor, ValueId } from './steps.ts';
import type { TensorState } from './tensor-state.ts';

/** What is left to the network's own layers: everything behind an operation without a rule. */
export interface FallbackRegion {
  /** Whether each node lies in the region. */
  readonly contains: readonly boolean[];
  /** The nodes outside it that it reads. */
  readonly frontier: readonly number[];
  readonly reasons: readonly string[];
}

/** Returns the region behind the opaque nodes among those that depend on the target, or null where there are none. */
export function fallbackRegion(tail: Tail, isLive: readonly boolean[]): FallbackRegion | null {
  const contains: boolean[] = [];
  const depends: boolean[] = [];
  const frontier = new Set<number>();
  const reasons: string[] = [];
  tail.nodes.forEach(({ operation, inputs, name }, index) => {
    depends.push(index === tail.target || inputs.some((input) => depends[input]));
    const begins = operation.kind === 'opaque' && depends[index] === true;
    contains.push(isLive[index] === true && (begins || inputs.some((input) => contains[input])));
    if (!contains[index]) return;
    for (const input of inputs) if (!contains[input]) frontier.add(input);
    if (begins) {
      const why = operation.reason === undefined ? '' : `: ${operation.reason}`;
      reasons.push(`${name} (${operation.layerClass})${why}`);
    }
  });
  return reasons.length === 0 ? null : { contains, frontier: [...frontier], reasons };
}

/** The step that hands the frontier's tensors out; returns the delta of the logits. */
export function planFallback(
  context: PlanContext,
  { frontier, reasons }: FallbackRegion,
  stateOf: (node: number) => TensorState,
): ValueId {
  const node = context.tail.output;
  const { shape, name } = context.node(node);
  const tensors = frontier.map((index): FrontierTensor => {
    return { node: index, operand: context.operand(stateOf(index), true) };
  });
  const delta = context.addValue(node, 'delta', shape[0] ?? 0);
  context.variantSteps.push({
    kind: 'fallback',
    node,
    layers: [name],
    frontier: tensors,
    output: delta,
    shape,
    reasons,
  });
  return delta;
}
