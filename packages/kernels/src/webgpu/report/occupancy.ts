import type { CoreResources } from './adapter-model.ts';
import type { DispatchCount } from './count-launches.ts';

/**
 * Returns the share of the threads that fit onto a core which a kernel leaves room for: its registers, the memory of its workgroups
 * and their number limit it. Where it is low, few threads are there to go on while others wait for memory.
 */
export function occupancyOf(
  {
    workgroupThreads,
    registers,
    workgroupBytes,
  }: Pick<DispatchCount, 'workgroupThreads' | 'registers' | 'workgroupBytes'>,
  core: CoreResources,
): number {
  const workgroups = Math.min(
    core.workgroups,
    Math.floor(core.threads / workgroupThreads),
    Math.floor(core.registers / (registers * workgroupThreads)),
    workgroupBytes === 0 ? Infinity : Math.floor(core.workgroupBytes / workgroupBytes),
  );
  return (workgroups * workgroupThreads) / core.threads;
}
