import type { PreparedAblation } from '../ablation/contract.ts';
import type { Device } from '../device/device.ts';
import type { Plan } from '../plan/plan.ts';
import { defaultMapMaker } from './chunked-ablation.ts';
import { LAYOUTS, layoutFor } from './launch/layout.ts';
import { prepareProgram } from './program/program-ablation.ts';
import { programmedPlan } from './programmed-plan.ts';
import type { WebGpuExecutorOptions } from './webgpu-executor.ts';

/** Uploads what a plan needs to a device and compiles its kernels; the caller disposes of the result. @throws KernelsError */
export function preparePlan(
  device: Device,
  plan: Plan,
  options: WebGpuExecutorOptions,
): Promise<PreparedAblation> {
  const {
    timesPasses = false,
    mapMaker = defaultMapMaker(device),
    layout = layoutFor(device.adapter),
    usesSubgroups = true,
    usesHalves = true,
    budgetBytes,
  } = options;
  const hasSubgroups = layout === 'wide' && usesSubgroups && device.hasSubgroups;
  const usual = LAYOUTS[layout];
  const readsHalves = usual.readsHalves && usesHalves;
  const settings = { layout: { ...usual, hasSubgroups, readsHalves }, timesPasses, mapMaker };
  const programmed = programmedPlan(plan, settings.layout, device.limits, budgetBytes);
  return prepareProgram(device, plan, programmed, settings);
}
