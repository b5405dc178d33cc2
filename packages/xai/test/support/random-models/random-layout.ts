import type { LayoutName } from '@ablation-cam/kernels';
import { seededRandom } from '@ablation-cam/tools/testing';

/** How the kernels are laid out for a model: as for hardware or as for a CPU that plays the GPU, wherever they run. */
export function randomLayout(seed: number): LayoutName {
  return seededRandom(seed).pick(['wide', 'serial']);
}
