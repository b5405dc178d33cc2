import type { Cut } from '../graph/cut.ts';
import type { Graph } from '../graph/graph.ts';
import type { StepPlan } from '../plan/step-plan.ts';
import type { Weights, WeightValues } from '../plan/weights.ts';
import { lowerNodes } from './lower-graph.ts';
import { builderFor, lowerSteps, type LoweringOptions, type PlanProgram } from './lower-plan.ts';

/**
 * Writes a network up to its logits and a plan of what lies behind the cut as one program, which is given the network's inputs.
 * What both compute, as the pooling behind the target, is there once. It fetches the target's activation and the logits. Pure.
 *
 * @param plan of the cut's tail
 * @param kernels as `lowerPlan` takes them
 * @throws KernelsError `unsupported-operation` for an operation without a rule on the way to the logits
 */
export function lowerNetworkPlan(
  graph: Graph,
  cut: Cut,
  plan: StepPlan,
  kernels: ReadonlyMap<Weights, WeightValues>,
  options: LoweringOptions,
): PlanProgram {
  const b = builderFor(plan, options);
  const read = plan.given.map(({ node }) => cut.nodes[node] ?? -1);
  const fetches = [cut.target, cut.logits];
  const valueOf = lowerNodes(b, graph, graph.inputs, [...fetches, ...read]);
  const output = lowerSteps(b, plan, kernels, options, (node) => valueOf(cut.nodes[node] ?? -1));
  return b.finish(output, fetches.map(valueOf));
}
