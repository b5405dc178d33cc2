import {
  BufferUsage,
  describePlan,
  planTail,
  referenceExecutor,
  webGpuExecutor,
  type AblationInput,
  type Executor,
  type Plan,
  type TensorSource,
} from '@ablation-cam/kernels';
import { BenchError } from '../errors.ts';
import type { Subject } from '../subject/subject.ts';
import type { Strategy, StrategyCost } from './strategy.ts';

/** How one executor is opened for a subject, and where it wants its tensors. */
interface ExecutorKind {
  readonly label: 'webgpu' | 'reference';
  readonly title: string;
  open(subject: Subject): {
    executor: Executor;
    resident: (name: string, data: Float32Array) => TensorSource;
    free: () => void;
  };
  refusal(subject: Subject, isQuick: boolean): string | null;
}

const webGpu: ExecutorKind = {
  label: 'webgpu',
  title: 'incremental plan, WebGPU',
  open: ({ runtime }) => {
    const { device } = runtime;
    if (!device) throw new BenchError('unsupported', runtime.absence ?? 'There is no GPU.');
    const buffers: GPUBuffer[] = [];
    return {
      executor: webGpuExecutor(device),
      resident: (name, data) => {
        const buffer = device.uploadBuffer(name, data, BufferUsage.storage | BufferUsage.copySource);
        buffers.push(buffer);
        return buffer;
      },
      free: () => {
        for (const buffer of buffers) buffer.destroy();
      },
    };
  },
  refusal: ({ runtime }) => (runtime.device ? null : 'there is no WebGPU adapter'),
};

/** Multiply-adds in float64 TypeScript that take some ten seconds. */
const REFERENCE_LIMIT = 2e9;

const reference: ExecutorKind = {
  label: 'reference',
  title: 'incremental plan, float64 reference',
  open: () => ({ executor: referenceExecutor(), resident: (_, data) => data, free: () => undefined }),
  refusal: ({ tail, batch }, isQuick) =>
    batch * describePlan(planTail(tail)).operations.plan > REFERENCE_LIMIT / (isQuick ? 20 : 1)
      ? 'float64 in TypeScript is for checking; here it would take long'
      : null,
};

/** Ours: the plan of a tail on one executor, from the activation to weights and map. */
function incremental(kind: ExecutorKind): Strategy {
  return {
    name: 'incremental',
    executor: kind.label,
    title: kind.title,
    from: 'activation',
    role: 'ours',
    appliesTo: () => true,
    refusal: (subject, isQuick) => kind.refusal(subject, isQuick),
    prepare: async (subject) => {
      const plan = planFor(subject);
      const { executor, resident, free } = kind.open(subject);
      const prepared = await executor.prepare(plan);
      const input = ablationInput(subject, resident);
      const isTimed = plan.kind === 'separable-dense' && subject.runtime.device?.hasTimestamps === true;
      return {
        isLoop: false,
        passes: () => 1,
        cost: planCosts(plan, subject.batch),
        run: async () => {
          const { weights, dispatches, timings } = await prepared.run(input);
          return {
            kind: 'weights',
            values: predictedWeights(subject, weights),
            gpuMs: kind.label === 'webgpu' && isTimed ? timings.ablationMs + timings.mapMs : null,
            dispatches: kind.label === 'webgpu' ? dispatches.ablation + dispatches.map : null,
          };
        },
        dispose: () => {
          prepared.dispose();
          free();
        },
      };
    },
  };
}

/** The plan for this computer's GPU; the reference runs the same. */
export function planFor({ tail, runtime }: Subject): Plan {
  return planTail(tail, runtime.device ? { limits: runtime.device.limits } : {});
}

/** What every executor is asked: the predicted class's weights with each channel replaced by its value for "off". */
export function ablationInput(
  { batch, activation, logits, constants, off }: Subject,
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

/** Out of `[batch, channels, classes]` the weights of each input's predicted class, `[batch, channels]`. */
export function predictedWeights(
  { batch, channels, classes, predicted }: Subject,
  weights: Float32Array,
): Float32Array {
  return Float32Array.from(
    { length: batch * channels },
    (_, i) => weights[i * classes + predicted[Math.floor(i / channels)]!]!,
  );
}

function planCosts(plan: Plan, batch: number): StrategyCost {
  const { steps, operations } = describePlan(plan);
  return {
    bytes: batch * steps.reduce((sum, { bytes }) => sum + bytes, 0),
    operations: batch * (operations.plan + operations.base),
  };
}

export const incrementalStrategies: readonly Strategy[] = [incremental(webGpu), incremental(reference)];
