import { prepareLoop } from '../own-loop/prepare-loop.ts';
import type { OpenCase } from '../open-case/open-case.ts';
import { deviceOf, preparedStrategy } from './prepared-strategy.ts';
import type { StrategyName } from './names.ts';
import type { BenchStrategy } from './strategy.ts';

/** Multiply-adds of a whole loop that take a software adapter about half a second. */
const SLOW_ON_SOFTWARE = 2e8;

/** How far a loop waits for its passes. */
interface Waiting {
  readonly name: StrategyName;
  readonly title: string;
  readonly isAwaited: boolean;
  readonly appliesTo: (opened: OpenCase) => boolean;
}

/** A pass of more multiply-adds on a GPU takes so long that waiting for it is nothing beside it. */
const SHORT_PASS = 1e6;

/**
 * The naive loop on the kernels of this project: what is left between it and the plan is the algorithm. It runs all channels,
 * since it encodes them together.
 */
function ownLoop({ name, title, isAwaited, appliesTo }: Waiting): BenchStrategy {
  return {
    name,
    executor: 'webgpu',
    title,
    from: 'activation',
    role: 'other',
    appliesTo,
    isWarm: true,
    shortestRun: ({ batch, channels, operations }) => batch * channels * operations.tail,
    refusal: ({ runtime, batch, channels, operations }, isQuick) => {
      if (!runtime.device) return 'there is no WebGPU adapter';
      const isSlow = isQuick && runtime.device.adapter.software;
      return isSlow && batch * channels * operations.tail > SLOW_ON_SOFTWARE
        ? 'slow on a software adapter; --full has it'
        : null;
    },
    prepare: async (opened) => {
      const device = deviceOf(opened);
      const prepared = await prepareLoop(device, opened.tail, { isAwaited });
      const { batch, channels, operations } = opened;
      const cost = { bytes: null, operations: batch * channels * operations.tail };
      return preparedStrategy(opened, prepared, cost, device);
    },
  };
}

export const ownLoopStrategies: readonly BenchStrategy[] = [
  // All passes are queued before anything is read back: the stronger of the two.
  ownLoop({
    name: 'own-loop',
    title: 'masked loop over the tail, our kernels',
    isAwaited: false,
    appliesTo: () => true,
  }),
  // As loops are usually written: a pass begins when the score of the one before was read.
  ownLoop({
    name: 'awaited-loop',
    title: 'masked loop over the tail, our kernels, each pass awaited',
    isAwaited: true,
    appliesTo: ({ batch, operations }) => batch * operations.tail < SHORT_PASS,
  }),
];
