import type { Executor } from '../ablation/contract.ts';
import type { Device } from '../device/device.ts';
import { defaultMapMaker, type MapMaker } from './chunked-ablation.ts';
import { LAYOUTS, layoutFor, type LayoutName } from './launch/layout.ts';
import { prepareProgram } from './program/program-ablation.ts';
import { programmedPlan } from './programmed-plan.ts';

/** How `webGpuExecutor` shall run plans. */
export interface WebGpuExecutorOptions {
  /** GPU memory a run may take besides the weights, in bytes. */
  readonly budgetBytes?: number;
  /** Whether runs of one submission are timed on the GPU (`timings.gpuMs`) where it has timestamps. Default: no. */
  readonly timesPasses?: boolean;
  /** How work is laid out in threads. Default: `wide` on hardware, `serial` where a CPU plays the GPU. */
  readonly layout?: LayoutName;
  /** What makes the map of an input that has one. Default: the GPU on hardware, the CPU where that plays the GPU. */
  readonly mapMaker?: MapMaker;
}

/** Returns the executor that runs plans on a GPU device; the device stays the caller's. */
export function webGpuExecutor(device: Device, options: WebGpuExecutorOptions = {}): Executor {
  const { adapter } = device;
  const {
    timesPasses = false,
    mapMaker = defaultMapMaker(device),
    layout = layoutFor(adapter),
    budgetBytes,
  } = options;
  const settings = { layout: LAYOUTS[layout], timesPasses, mapMaker };
  return {
    name: 'webgpu',
    adapter,
    prepare: async (plan) => {
      const programmed = programmedPlan(plan, settings.layout, device.limits, budgetBytes);
      return prepareProgram(device, plan, programmed, settings);
    },
  };
}
