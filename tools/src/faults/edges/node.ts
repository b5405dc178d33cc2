import { globals } from 'webgpu';
import { GpuCensus, type GpuClasses } from './gpu.ts';

let census: GpuCensus | undefined;

/** Follows all GPU devices of this process, from the first call on. */
export function gpuCensus(): GpuCensus {
  census ??= new GpuCensus(globals as unknown as GpuClasses);
  return census;
}

/** How many timers are set, those that were set to look at them included. */
export function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}
