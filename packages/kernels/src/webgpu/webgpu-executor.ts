import type { Executor } from '../ablation/contract.ts';
import type { Device } from '../device/device.ts';
import type { MapMaker } from './chunked-ablation.ts';
import type { LayoutName } from './launch/layout.ts';

/** How `webGpuExecutor` shall run plans. */
export interface WebGpuExecutorOptions {
  /** GPU memory a run may take besides the weights, in bytes. */
  readonly budgetBytes?: number;
  /** Whether runs of one submission are timed on the GPU (`timings.gpuMs`) where it has timestamps. Default: no. */
  readonly timesPasses?: boolean;
  /** How work is laid out in threads. Default: `wide` on hardware, `serial` where a CPU plays the GPU. */
  readonly layout?: LayoutName;
  /** Whether the wide layout sums in subgroups. Default: where the device has them; without them it cannot. */
  readonly usesSubgroups?: boolean;
  /**
   * Whether the wide layout keeps kernels in 16 bits a weight where that changes no weight: those of networks that were published
   * in half precision. Default: yes.
   */
  readonly usesHalves?: boolean;
  /** What makes the map of an input that has one. Default: the GPU on hardware, the CPU where that plays the GPU. */
  readonly mapMaker?: MapMaker;
}

/**
 * Returns the executor that runs plans on a GPU device; the device stays the caller's. Its kernels are fetched when the first plan
 * is prepared: pages without a GPU need none of them.
 */
export function webGpuExecutor(device: Device, options: WebGpuExecutorOptions = {}): Executor {
  return {
    name: 'webgpu',
    adapter: device.adapter,
    prepare: async (plan) => {
      const { preparePlan } = await import('./prepare-plan.ts');
      return preparePlan(device, plan, options);
    },
  };
}
