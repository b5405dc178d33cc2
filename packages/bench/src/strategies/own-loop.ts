import { ownLoopExecutor } from '@ablation-cam/kernels';
import { deviceOf, planFor, prepareExecutor } from './incremental.ts';
import type { Strategy } from './strategy.ts';

/** Multiply-adds of a whole loop that take a software adapter about half a second, and half a minute. */
const SLOW_ON_SOFTWARE = { quick: 2e8, full: 4e10 };

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
  refusal: ({ runtime, batch, channels, operations }, isQuick) => {
    if (!runtime.device) return 'there is no WebGPU adapter';
    const isSlow =
      runtime.device.adapter.software &&
      batch * channels * operations.tail > SLOW_ON_SOFTWARE[isQuick ? 'quick' : 'full'];
    return isSlow ? 'its passes take long on a software adapter' : null;
  },
  prepare: async (subject) => {
    const device = deviceOf(subject);
    const prepared = await prepareExecutor(subject, planFor(subject), ownLoopExecutor(device), device, false);
    const { batch, channels, operations } = subject;
    return {
      ...prepared,
      isWarm: true,
      cost: { bytes: null, operations: batch * channels * operations.tail },
    };
  },
};
