import { chunkSizes, type ChunkSizes } from '../../plan/chunk-sizes.ts';
import { wantedOf, type Wanted } from '../../plan/result-layout.ts';
import type { StepPlan } from '../../plan/step-plan.ts';
import type { MapMaker } from '../chunked-ablation.ts';
import type { Kernel } from '../launch/launch.ts';
import { MOST_PART_ELEMENTS, type Layout } from '../launch/layout.ts';
import { boundedChunks } from '../program/bounded-chunks.ts';
import { kernelsOf, type ChunkProgram, type RunSettings } from '../program/chunk-program.ts';
import type { Programmed } from '../program/program-ablation.ts';
import { constantsOf } from './step-constants.ts';
import { stepProgram } from './step-program.ts';

/** A budget in which partial sums count; in a smaller one there are few. */
const LARGE_BUDGET = 8 * 4 * MOST_PART_ELEMENTS;

/** Returns a plan in steps as programs of chunks. */
export function programmedSteps(plan: StepPlan, layout: Layout): Programmed {
  const constants = constantsOf([...plan.inputSteps, ...plan.variantSteps], layout);
  const specs = [...constants.values()].flatMap((ofStep) => ofStep.specs);
  const program = (settings: RunSettings): ChunkProgram => stepProgram(plan, constants, layout, settings);
  const known = new Map<string, ChunkSizes>();
  const sizesOf = (inputs: number, wanted: Wanted): ChunkSizes => {
    if (layout.name === 'serial') return chunkSizes(plan, inputs, wanted.classes, wanted.scores);
    const budgetBytes = plan.budgetBytes - (plan.budgetBytes > LARGE_BUDGET ? 4 * MOST_PART_ELEMENTS : 0);
    const sizes = chunkSizes({ ...plan, budgetBytes }, inputs, wanted.classes, wanted.scores);
    const key = JSON.stringify([inputs, wanted.classes, wanted.maps, wanted.scores]);
    const bounded =
      known.get(key) ??
      boundedChunks(
        sizes,
        plan.channels,
        (tried) => program({ ...USUAL_SETTINGS, ...tried, wanted, off: 'channel' }),
        layout,
        plan.limits,
      );
    known.set(key, bounded);
    return bounded;
  };
  const programmed: Programmed = {
    channels: plan.channels,
    constants: [...new Set(specs)],
    constantReadBytes: specs.reduce((sum, { byteLength }) => sum + byteLength, 0),
    chunkSizes: (inputs, wanted) => sizesOf(inputs, wanted),
    program,
    kernels: (mapMaker) => usualKernels(programmed, mapMaker),
  };
  return programmed;
}

/** The kernels of runs over one and several inputs with one map and several, in as large chunks as fit and in small ones. */
function* usualKernels(
  { channels, chunkSizes: sizesOf, program }: Programmed,
  mapMaker: MapMaker,
): Iterable<Kernel> {
  for (const inputs of [1, 2]) {
    const sizes = sizesOf(inputs, wantedOf(1));
    for (const count of [mapMaker === 'gpu' ? 1 : 0, 2]) {
      const wanted = { classes: Math.max(1, count), maps: count, scores: false };
      for (const variants of new Set([1, Math.min(2, channels), sizes.variants])) {
        for (const off of ['channel', 'mean'] as const) {
          yield* kernelsOf(program({ ...USUAL_SETTINGS, inputs, variants, wanted, off }));
        }
      }
    }
  }
}

/** What most runs ask for; kernels depend on the way of weighing only where a norm is taken. */
const USUAL_SETTINGS: Omit<RunSettings, 'inputs' | 'variants' | 'wanted' | 'off'> = {
  listsPerInput: false,
  score: 'probability',
  weighting: 'slope',
  norm: 2,
};
