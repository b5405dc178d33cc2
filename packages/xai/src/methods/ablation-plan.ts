import {
  cut,
  describePlan,
  launchReport,
  planTail,
  tailOperations,
  type AdapterModelName,
  type LaunchReport,
  type PlanDescription,
} from '@ablation-cam/kernels';
import { networkOf, readyBackend, resolveOutput, type NetworkSource } from '@ablation-cam/model';
import { targetLayers } from '../explainer/run-method.ts';

/** Which plan `ablationPlan` describes. */
export interface AblationPlanOptions {
  /** Name of the target layer. Default: the last feature map before the output. */
  readonly layer?: string | undefined;
  /** Which call of a layer that is used several times. Default: the first. */
  readonly call?: number | undefined;
  /** Name of the output, for a model that has several. */
  readonly output?: string | undefined;
  /** Sizes of the inputs without the batch, for a model that leaves some of them open. */
  readonly inputShapes?: readonly (readonly number[])[] | undefined;
  /** Memory a run may take besides the weights, in bytes. */
  readonly budgetBytes?: number | undefined;
  /** A described GPU: what the plan launches there is counted, and how long it would take is estimated. */
  readonly adapter?: AdapterModelName | undefined;
}

/** How the channels of a layer are switched off together. */
export interface AblationPlan extends PlanDescription {
  /** What a run launches on the adapter that was named; absent where none was. */
  readonly launches?: LaunchReport;
}

/**
 * Returns how `ablationCam` switches the channels of a layer off together, and what that costs, without running anything:
 * a plan depends on shapes alone. The limits are those every WebGPU device has.
 *
 * @throws ModelError for a layer or output that does not exist, or a model that leaves sizes open
 */
export async function ablationPlan(
  source: NetworkSource,
  options: AblationPlanOptions = {},
): Promise<AblationPlan> {
  await readyBackend();
  const network = await networkOf(source);
  const sized = await network.at(options.inputShapes);
  const { graph } = sized;
  const [layer] = targetLayers({ network: sized }, options);
  const output = graph.outputs[resolveOutput(network, options.output)];
  if (!layer || !output) throw new RangeError('The network has no layer or output to plan for.');
  const { tail } = cut(graph, layer.node, output);
  const plan = planTail(tail, options.budgetBytes === undefined ? {} : { budgetBytes: options.budgetBytes });
  const { adapter } = options;
  const launches = adapter && { launches: launchReport(plan, { adapter }) };
  const [input, ...others] = graph.inputs;
  // With several inputs, what only the others reach would be missing from the count.
  if (input === undefined || others.length > 0) return { ...describePlan(plan), ...launches };
  const networkOperations = tailOperations(cut(graph, input, output).tail);
  return { ...describePlan(plan, { networkOperations }), ...launches };
}
