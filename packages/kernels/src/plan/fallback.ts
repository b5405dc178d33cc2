import { factsOf } from '../operations/operation-facts.ts';
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

/** The axes of tensors that the kernels of this package broadcast, move and normalise. */
export const DEFAULT_MAX_AXES = 4;

/**
 * Returns the region behind the opaque nodes among those that depend on the target, and behind operations on more axes than
 * the executor takes; null where there are none.
 */
export function fallbackRegion(
  tail: Tail,
  isLive: readonly boolean[],
  maxAxes: number,
): FallbackRegion | null {
  const contains: boolean[] = [];
  const depends: boolean[] = [];
  const frontier = new Set<number>();
  const reasons: string[] = [];
  tail.nodes.forEach(({ inputs, name }, index) => {
    depends.push(index === tail.target || inputs.some((input) => depends[input]));
    const why = isLive[index] === true ? whyLeft(tail, index, depends[index] === true, maxAxes) : null;
    const begins = why !== null;
    contains.push(isLive[index] === true && (begins || inputs.some((input) => contains[input])));
    if (!contains[index]) return;
    for (const input of inputs) if (!contains[input]) frontier.add(input);
    if (why !== null) reasons.push(`${name} ${why}`);
  });
  return reasons.length === 0 ? null : { contains, frontier: [...frontier], reasons };
}

/** Why a node cannot be planned, or null where it can. */
function whyLeft(tail: Tail, index: number, depends: boolean, maxAxes: number): string | null {
  const node = tail.nodes[index];
  if (!node) return null;
  const { operation } = node;
  if (operation.kind === 'opaque') {
    if (!depends) return null;
    return `(${operation.layerClass})${operation.reason === undefined ? '' : `: ${operation.reason}`}`;
  }
  const inputs = node.inputs.map((input) => tail.nodes[input]?.shape ?? []);
  const axes = factsOf(operation).axes(operation, inputs, node.shape);
  if (axes <= maxAxes) return null;
  return `(${operation.kind}): it takes ${String(axes)} axes, the executor up to ${String(maxAxes)}`;
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
