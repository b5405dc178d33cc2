import {
  describePlan,
  launchReport,
  planCost,
  planSteps,
  planTail,
  referenceExecutor,
  webGpuExecutor,
  type Device,
  type Executor,
  type Plan,
} from '@ablation-cam/kernels';
import { ExecutorChoice, tfjsExecutor } from '@ablation-cam/xai';
import type { OpenCase } from '../open-case/open-case.ts';
import { deviceOf, preparedStrategy } from './prepared-strategy.ts';
import type { PreparedStrategy, BenchStrategy, StrategyCost } from './strategy.ts';

/** Ours: the plan of a tail on one executor, from the activation to weights and map. */
const webGpu: BenchStrategy = {
  name: 'incremental',
  executor: 'webgpu',
  title: 'incremental plan, WebGPU',
  from: 'activation',
  role: 'ours',
  appliesTo: () => true,
  shortestRun: () => 0,
  refusal: ({ runtime }) => (runtime.device ? null : 'there is no WebGPU adapter'),
  prepare: async (opened) => {
    const device = deviceOf(opened);
    const plan = planFor(opened);
    // Timing passes takes time itself, so that it is done in runs of its own.
    const isTimed = device.hasTimestamps;
    const timed = isTimed ? webGpuExecutor(device, { timesPasses: true }) : null;
    const { estimate } = launchReport(plan, { inputs: opened.batch });
    const prepared = await prepareExecutor(opened, plan, webGpuExecutor(device), device, timed);
    return { ...prepared, cost: { ...prepared.cost, estimatedMs: estimate.ms } };
  },
};

/** Multiply-adds in float64 TypeScript that take about half a second, and some seconds. */
const SLOW_IN_TYPESCRIPT = { quick: 2e7, full: 1e8 };

const reference: BenchStrategy = {
  name: 'incremental',
  executor: 'reference',
  title: 'incremental plan, float64 reference',
  from: 'activation',
  role: 'ours',
  appliesTo: () => true,
  shortestRun: () => 0,
  refusal: ({ tail, batch }, isQuick) =>
    batch * describePlan(planTail(tail)).operations.plan > SLOW_IN_TYPESCRIPT[isQuick ? 'quick' : 'full']
      ? 'float64 in TypeScript is for checking; here it would take long'
      : null,
  prepare: (opened) => prepareExecutor(opened, planFor(opened), referenceExecutor(), null),
};

/** Prepares a plan on an executor. @param timed the same executor, which times its passes */
async function prepareExecutor(
  opened: OpenCase,
  plan: Plan,
  executor: Executor,
  device: Device | null,
  timed: Executor | null = null,
): Promise<PreparedStrategy> {
  const prepared = await executor.prepare(plan);
  const preparedToTime = (await timed?.prepare(plan)) ?? null;
  return preparedStrategy(opened, prepared, planCosts(plan, opened.batch), device, preparedToTime);
}

/** The plan for this computer's GPU; the reference runs the same. */
export function planFor({ tail, runtime }: OpenCase): Plan {
  return planTail(tail, runtime.device ? { limits: runtime.device.limits } : {});
}

/** As planned. Of a plan in steps for several inputs the bytes are not known: inputs of a chunk share what is read of the weights. */
function planCosts(plan: Plan, batch: number): StrategyCost {
  const { steps, operations } = describePlan(plan);
  const stepBytes = batch === 1 ? steps.reduce((sum, { bytes }) => sum + bytes, 0) : null;
  return {
    bytes: plan.kind === 'separable-dense' ? planCost(plan, batch).bytes : stepBytes,
    operations: batch * (operations.plan + operations.base),
  };
}

/** Ours on TensorFlow.js's operations, for machines without a GPU. */
const tensorFlow: BenchStrategy = {
  name: 'incremental',
  executor: 'tfjs',
  title: 'incremental plan, TF.js WASM',
  from: 'activation',
  role: 'ours',
  appliesTo: () => true,
  shortestRun: () => 0,
  refusal: () => null,
  prepare: async (opened) => {
    await opened.runtime.use('wasm');
    const plan = planSteps(opened.tail);
    const prepared = await prepareExecutor(opened, plan, tfjsExecutor(), null);
    return {
      ...prepared,
      run: async (list) => {
        await opened.runtime.use('wasm');
        return prepared.run(list);
      },
    };
  },
};

/** Ours on ONNX Runtime. */
const onnxRuntime: BenchStrategy = {
  name: 'incremental',
  executor: 'onnxruntime',
  title: 'incremental plan, ONNX Runtime',
  from: 'activation',
  role: 'ours',
  appliesTo: () => true,
  shortestRun: () => 0,
  refusal: ({ runtime }) => runtime.absenceOf('onnxruntime'),
  prepare: async (opened) => {
    const { tail, runtime, batch } = opened;
    const { plan, executor } = await new ExecutorChoice(tail).choose('onnxruntime', runtime, batch);
    return prepareExecutor(opened, plan, executor, null);
  },
};

export const incrementalStrategies: readonly BenchStrategy[] = [webGpu, onnxRuntime, tensorFlow, reference];
