import type { WebGpuExecutorOptions } from '@ablation-cam/kernels';
import { seededRandom } from '@ablation-cam/tools/testing';

/** How the kernels are laid out for a model: as for hardware, with subgroups and halves or without, or as for a CPU that plays the GPU. */
export function randomLayout(
  seed: number,
): Pick<WebGpuExecutorOptions, 'layout' | 'usesSubgroups' | 'usesHalves'> {
  const random = seededRandom(seed);
  return {
    layout: random.pick(['wide', 'serial']),
    usesSubgroups: random.uniform() < 0.5,
    usesHalves: random.uniform() < 0.8,
  };
}
