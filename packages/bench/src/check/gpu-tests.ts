import { join } from 'node:path';
import { REPOSITORY } from '../command/repository.ts';

/** The folder of the package whose suites these are. */
export const KERNELS = join(REPOSITORY, 'packages', 'kernels');

/** The kernels' suites on a GPU device, which `check` runs. */
export const GPU_TESTS: readonly string[] = [
  'hardware-layout.node',
  'launch-report.node',
  'webgpu-convolution',
  'webgpu-steps',
  'webgpu-chunks',
  'separable-dense',
  'confident-steps',
  'extremes',
].map((name) => `test/${name}.test.ts`);
