import {
  BufferUsage,
  describePlan,
  planCost,
  planSteps,
  planTail,
  referenceExecutor,
  webGpuExecutor,
  type AblationInput,
  type Device,
  type Executor,
  type Plan,
  type TensorSource,
} from '@ablation-cam/kernels';
import { tfjsExecutor } from '@ablation-cam/xai';
import { BenchError } from '../errors.ts';
import type { OpenCase } from '../subject/open-case.ts';
import type { PreparedStrategy, Strategy, StrategyCost } from './strategy.ts';

/** Ours: the plan of a tail on one executor, from the activation to weights and map. */
const webGpu: Strategy = {
  name: 'incremental',
  executor: 'webgpu',
  title: 'incremental plan, WebGPU',
  from: 'activation',
  role: 'ours',
  appliesTo: () => true,
  shortestRun: () => 0,
  refusal: ({ runtime }) => (runtime.device ? null : 'there is no WebGPU adapter'),
  prepare: async (subject) => {
    const device = deviceOf(subject);
    const plan = planFor(subject);
    // Timing passes takes time itself, so that it is done in runs of its own; plans in steps are not timed on the GPU.
    const isTimed = plan.kind === 'separable-dense' && device.hasTimestamps;
    const timed = isTimed ? webGpuExecutor(device, { timesPasses: true }) : null;
    return prepareExecutor(subject, plan, webGpuExecutor(device, { timesPasses: false }), device, timed);
  },
};

/** Multiply-adds in float64 TypeScript that take about half a second, and some seconds. */
const SLOW_IN_TYPESCRIPT = { quick: 2e7, full: 1e8 };

const reference: Strategy = {
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
  prepare: (subject) => prepareExecutor(subject, planFor(subject), referenceExecutor(), null),
};

/**
 * Prepares a plan on an executor, its inputs resident where it wants them: on its device, or on the CPU.
 *
 * @param timed the same executor, which times its passes
 */
export async function prepareExecutor(
  subject: OpenCase,
  plan: Plan,
  executor: Executor,
  device: Device | null,
  timed: Executor | null = null,
): Promise<PreparedStrategy> {
  const buffers: GPUBuffer[] = [];
  const resident = (name: string, data: Float32Array): TensorSource => {
    if (!device) return data;
    const buffer = device.uploadBuffer(name, data, BufferUsage.storage | BufferUsage.copySource);
    buffers.push(buffer);
    return buffer;
  };
  const prepared = await executor.prepare(plan);
  const preparedToTime = await timed?.prepare(plan);
  const input = ablationInput(subject, resident);
  return {
    isLoop: false,
    passes: () => 1,
    cost: planCosts(plan, subject.batch),
    run: async () => {
      const { weights, dispatches } = await prepared.run(input);
      return {
        kind: 'weights',
        values: weights,
        dispatches: device ? dispatches.ablation + dispatches.map : null,
      };
    },
    ...(preparedToTime && {
      timeOnGpu: async () => (await preparedToTime.run(input)).timings.gpuMs,
    }),
    dispose: () => {
      prepared.dispose();
      preparedToTime?.dispose();
      for (const buffer of buffers) buffer.destroy();
    },
  };
}

/** @throws BenchError `unsupported` where there is none */
export function deviceOf({ runtime }: OpenCase): Device {
  if (runtime.device) return runtime.device;
  throw new BenchError('unsupported', runtime.absence ?? 'There is no GPU.');
}

/** The plan for this computer's GPU; the reference runs the same. */
export function planFor({ tail, runtime }: OpenCase): Plan {
  return planTail(tail, runtime.device ? { limits: runtime.device.limits } : {});
}

/** What every executor is asked: the predicted class's weights with each channel replaced by its value for "off". */
export function ablationInput(
  { batch, activation, logits, constants, off }: OpenCase,
  resident: (name: string, data: Float32Array) => TensorSource,
): AblationInput {
  return {
    inputs: batch,
    activation: resident('activation', activation),
    logits: resident('logits', logits),
    constants: new Map([...constants].map(([node, data]) => [node, resident(`constant ${node}`, data)])),
    ablation: { kind: 'values', values: off },
    score: 'probability',
    weighting: 'relative-drop',
    norm: 2,
    classes: 'predicted',
  };
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
const tensorFlow: Strategy = {
  name: 'incremental',
  executor: 'tfjs',
  title: 'incremental plan, TF.js WASM',
  from: 'activation',
  role: 'ours',
  appliesTo: () => true,
  shortestRun: () => 0,
  refusal: () => null,
  prepare: async (subject) => {
    await subject.runtime.use('wasm');
    const plan = planSteps(subject.tail);
    const prepared = await prepareExecutor(subject, plan, tfjsExecutor(), null);
    return {
      ...prepared,
      run: async (list) => {
        await subject.runtime.use('wasm');
        return prepared.run(list);
      },
    };
  },
};

export const incrementalStrategies: readonly Strategy[] = [webGpu, tensorFlow, reference];
