import type { ChunkSizes } from '../../plan/chunk-sizes.ts';
import type { PlanLimits } from '../../plan/step-plan.ts';
import type { Layout } from '../launch/layout.ts';
import { ADAPTER_MODELS } from '../report/adapter-model.ts';
import { countLaunch } from '../report/count-launches.ts';
import { estimateDispatch } from '../report/roofline.ts';
import type { ChunkProgram } from './chunk-program.ts';

/** What a dispatch may take on an integrated GPU: drivers end those that take seconds, and a screen waits for each. */
const MOST_MS = 200;

/**
 * Returns the chunks of a run in the wide layout, made smaller where a dispatch is estimated to take longer than `MOST_MS` on an
 * integrated GPU: first fewer inputs go together, then fewer variants of one, in chunks of nearly equal size.
 *
 * @param sizes that memory allows
 * @param programOf how a chunk of so many runs
 */
export function boundedChunks(
  sizes: ChunkSizes,
  channels: number,
  programOf: (sizes: ChunkSizes) => ChunkProgram,
  layout: Layout,
  limits: PlanLimits,
): ChunkSizes {
  let bounded = sizes;
  for (;;) {
    const longest = longestMs(programOf(bounded), layout, limits);
    const { inputs, variants } = bounded;
    if (longest <= MOST_MS || inputs * variants === 1) return bounded;
    const share = MOST_MS / longest;
    bounded =
      inputs > 1
        ? { inputs: Math.max(1, Math.floor(inputs * share)), variants }
        : { inputs, variants: evenChunks(channels, Math.max(1, Math.floor(variants * share))) };
  }
}

/** Of the dispatches that grow with what goes together: those of variants. */
function longestMs(program: ChunkProgram, layout: Layout, limits: PlanLimits): number {
  const launches = program.batch(0).segments.flatMap((segment) => segment.launches);
  const times = launches.map((launch) => {
    return estimateDispatch(countLaunch(launch, layout, limits), ADAPTER_MODELS.integrated).ms;
  });
  return Math.max(0, ...times);
}

/** At most `most` of `count` at a time, in as few chunks as that takes. */
function evenChunks(count: number, most: number): number {
  return Math.ceil(count / Math.ceil(count / most));
}
