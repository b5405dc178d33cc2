import * as tf from '@tensorflow/tfjs';
import {
  onnxRuntimeExecutor,
  planSteps,
  planTail,
  referenceExecutor,
  webGpuExecutor,
  type Device,
  type Executor,
  type ExecutorName,
  type Plan,
  type Tail,
} from '@ablation-cam/kernels';
import { tfjsExecutor } from '../executors/tfjs/tfjs-executor.ts';
import type { Choice } from '../explanation/explanation.ts';
import type { Runtime } from './choose-runtime.ts';
import { estimatedMs } from './estimate.ts';
import { takeTurns } from './turn.ts';

/** What an ablation runs on, and the plan it runs. */
export interface PlannedExecutor {
  readonly executor: Executor;
  readonly plan: Plan;
  readonly choice: Choice<ExecutorName>;
}

interface Estimates {
  readonly device: Device | null;
  readonly backend: string;
  readonly inputs: number;
  readonly ranked: readonly { readonly name: ExecutorName; readonly ms: number }[];
}

/**
 * The executors for one tail, each with its plan, which is made when it is first needed. `auto` takes WebGPU on a hardware
 * adapter, otherwise the executor on which the plan is estimated to take least.
 */
export class ExecutorChoice {
  readonly #tail: Tail;
  readonly #plans = new Map<ExecutorName | Device, Plan>();
  #last: Estimates | null = null;

  constructor(tail: Tail) {
    this.#tail = tail;
  }

  /**
   * @param inputs that are explained together
   * @throws KernelsError `too-large` where no plan fits the executor's limits
   */
  choose(
    requested: ExecutorName | 'auto',
    { device, absence }: Pick<Runtime, 'device' | 'absence'>,
    inputs: number,
  ): PlannedExecutor {
    const named = (name: ExecutorName, reason: string): PlannedExecutor => ({
      executor: executorCalled(name, device),
      plan: this.#planFor(name, device),
      choice: { requested, chosen: name, reason },
    });
    if (requested !== 'auto') return named(requested, 'asked for');
    if (device?.adapter.software === false) return named('webgpu', 'a hardware WebGPU adapter is present');
    const [best, second] = this.#estimates(device, inputs);
    const why = absence?.replace(/\.$/, '') ?? 'the WebGPU adapter is a software one';
    return named(
      best?.name ?? 'reference',
      `${why}; by its cost the plan takes about ${duration(best?.ms)} here, ${duration(second?.ms)} on ${second?.name ?? 'none'}`,
    );
  }

  /** How long each executor is estimated to take, the shortest first. Most calls ask for the same as the one before. */
  #estimates(device: Device | null, inputs: number): Estimates['ranked'] {
    const backend = tf.getBackend();
    const known = this.#last;
    if (known?.device === device && known.backend === backend && known.inputs === inputs) {
      return known.ranked;
    }
    const names = (['webgpu', 'tfjs', 'reference'] as const).filter((name) => device ?? name !== 'webgpu');
    const ranked = names
      .map((name) => ({ name, ms: estimatedMs(this.#planFor(name, device), name, backend, inputs) }))
      .sort((a, b) => a.ms - b.ms);
    this.#last = { device, backend, inputs, ranked };
    return ranked;
  }

  #planFor(name: ExecutorName, device: Device | null): Plan {
    // Devices differ in their limits, which a plan keeps within.
    const key = name === 'webgpu' && device ? device : name;
    const plan = this.#plans.get(key) ?? planOf(this.#tail, name, device);
    this.#plans.set(key, plan);
    return plan;
  }
}

function planOf(tail: Tail, name: ExecutorName, device: Device | null): Plan {
  switch (name) {
    case 'webgpu':
      return planTail(tail, device ? { limits: device.limits } : {});
    case 'tfjs':
    case 'onnxruntime':
      return planSteps(tail);
    case 'reference':
      return planTail(tail);
  }
}

function executorCalled(name: ExecutorName, device: Device | null): Executor {
  switch (name) {
    case 'webgpu':
      if (!device) throw new RangeError('WebGPU was chosen without a device.');
      return webGpuExecutor(device);
    case 'onnxruntime':
      return onnxRuntimeExecutor(takeTurns);
    case 'tfjs':
      return tfjsExecutor();
    case 'reference':
      return referenceExecutor();
  }
}

function duration(ms = 0): string {
  if (ms < 10) return `${ms.toPrecision(1)} ms`;
  return ms < 1000 ? `${ms.toFixed()} ms` : `${(ms / 1000).toPrecision(2)} s`;
}
