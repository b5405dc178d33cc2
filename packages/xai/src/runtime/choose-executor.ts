import * as tf from '@tensorflow/tfjs';
import {
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

/** What an ablation runs on, and the plan it runs. */
export interface PlannedExecutor {
  readonly executor: Executor;
  readonly plan: Plan;
  readonly choice: Choice<ExecutorName>;
}

/**
 * Plans the ablation of a tail for the executor that was asked for. `auto` takes WebGPU on a hardware adapter, otherwise the
 * executor on which the plan is estimated to take least.
 *
 * @param inputs that are explained together
 * @throws KernelsError `too-large` where no plan fits the executor's limits
 */
export function chooseExecutor(
  tail: Tail,
  requested: ExecutorName | 'auto',
  { device, absence }: Pick<Runtime, 'device' | 'absence'>,
  inputs: number,
): PlannedExecutor {
  const named = (name: ExecutorName, reason: string): PlannedExecutor => {
    const { executor, plan } = planFor(tail, name, device);
    return { executor, plan, choice: { requested, chosen: name, reason } };
  };
  if (requested !== 'auto') return named(requested, 'asked for');
  if (device?.adapter.software === false) return named('webgpu', 'a hardware WebGPU adapter is present');
  const names = (['webgpu', 'tfjs', 'reference'] as const).filter((name) => device ?? name !== 'webgpu');
  const backend = tf.getBackend();
  const candidates = names
    .map((name) => ({ name, ms: estimatedMs(planFor(tail, name, device).plan, name, backend, inputs) }))
    .sort((a, b) => a.ms - b.ms);
  const [best, second] = candidates;
  const why = absence?.replace(/\.$/, '') ?? 'the WebGPU adapter is a software one';
  return named(
    best?.name ?? 'reference',
    `${why}; by its cost the plan takes about ${duration(best?.ms)} here, ${duration(second?.ms)} on ${second?.name ?? 'none'}`,
  );
}

function planFor(
  tail: Tail,
  name: ExecutorName,
  device: Device | null,
): Pick<PlannedExecutor, 'executor' | 'plan'> {
  switch (name) {
    case 'webgpu':
      if (!device) throw new RangeError('WebGPU was chosen without a device.');
      return { executor: webGpuExecutor(device), plan: planTail(tail, { limits: device.limits }) };
    case 'tfjs':
      return { executor: tfjsExecutor(), plan: planSteps(tail) };
    case 'reference':
      return { executor: referenceExecutor(), plan: planTail(tail) };
  }
}

function duration(ms = 0): string {
  if (ms < 10) return `${ms.toPrecision(1)} ms`;
  return ms < 1000 ? `${ms.toFixed()} ms` : `${(ms / 1000).toPrecision(2)} s`;
}
