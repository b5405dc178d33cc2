import type { Executor } from '../ablation/contract.ts';
import type { Device } from '../device/device.ts';
import { CHANNEL_LANES, DEFAULT_BUDGET_BYTES } from '../plan/chunks.ts';
import { defaultMapMaker, type MapMaker } from './chunked-ablation.ts';
import { prepareSeparableDense } from './separable-dense/separable-dense-ablation.ts';
import { prepareSteps } from './steps/steps-ablation.ts';

export interface WebGpuExecutorOptions {
  /** GPU memory a run may take besides the weights, in bytes. */
  readonly budgetBytes?: number;
  /** Whether a single dispatch is timed on the GPU (`timings.gpuMs`) where it has timestamps. Default: on hardware only. */
  readonly timesPasses?: boolean;
  /**
   * Threads of a single dispatch's workgroup, 8 (one for each of its channels) or a larger power of two. Default: 256 on
   * hardware, 8 where a CPU plays the GPU.
   */
  readonly threads?: number;
  /** What makes the map of an input that has one. Default: the GPU on hardware, the CPU where that plays the GPU. */
  readonly mapMaker?: MapMaker;
}

/** Threads of an ablation workgroup; a CPU that plays the GPU takes one for each channel, see `separable-dense.wgsl`. */
const HARDWARE_THREADS = 256;
const SOFTWARE_THREADS = CHANNEL_LANES;

/** Returns the executor that runs plans on a GPU device; the device stays the caller's. */
export function webGpuExecutor(device: Device, options: WebGpuExecutorOptions = {}): Executor {
  return {
    name: 'webgpu',
    adapter: device.adapter,
    prepare: async (plan) => {
      const { timesPasses, mapMaker = defaultMapMaker(device) } = options;
      if (plan.kind === 'steps') {
        return prepareSteps(device, plan, { budgetBytes: options.budgetBytes ?? plan.budgetBytes, mapMaker });
      }
      const threads = options.threads ?? (device.adapter.software ? SOFTWARE_THREADS : HARDWARE_THREADS);
      const budgetBytes = options.budgetBytes ?? DEFAULT_BUDGET_BYTES;
      return prepareSeparableDense(device, plan, { budgetBytes, timesPasses, threads, mapMaker });
    },
  };
}
