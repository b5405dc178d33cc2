import { ownLoopExecutor } from '@ablation-cam/kernels';
import { deviceOf, planFor, prepareExecutor } from './incremental.ts';
import type { Strategy } from './strategy.ts';

/** Multiply-adds of a whole loop that take a software adapter about half a second. */
const SLOW_ON_SOFTWARE = 2e8;

/**
 * The naive loop on the kernels of this project: what is left between it and the plan is the algorithm. It runs all channels,
 * since it encodes them together.
 */
export const ownLoopStrategy: Strategy = {
  name: 'own-loop',
  executor: 'webgpu',
  title: 'masked loop over the tail, our kernels',
  from: 'activation',
  role: 'other',
  appliesTo: () => true,
  isWarm: true,
  shortestRun: ({ batch, channels, operations }) => batch * channels * operations.tail,
  refusal: ({ runtime, batch, channels, operations }, isQuick) => {
    if (!runtime.device) return 'there is no WebGPU adapter';
    const isSlow = isQuick && runtime.device.adapter.software;
    return isSlow && batch * channels * operations.tail > SLOW_ON_SOFTWARE
      ? 'slow on a software adapter; --full has it'
      : null;
  },
  prepare: async (subject) => {
    const device = deviceOf(subject);
    const prepared = await prepareExecutor(subject, planFor(subject), ownLoopExecutor(device), device);
    const { batch, channels, operations } = subject;
    return {
      ...prepared,
      cost: { bytes: null, operations: batch * channels * operations.tail },
    };
  },
};
