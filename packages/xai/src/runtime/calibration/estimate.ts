import { describePlan, sizeOf, type Plan, type VariantStep } from '@ablation-cam/kernels';
import type { Speed } from './speed.ts';

/** A run takes as long as some steps do, whatever the plan: inputs are checked, results allocated. */
const STEPS_OF_A_RUN = 6;

/** How often the change of an activation goes over a step's result: it is made of additions and of the function, twice. */
const PASSES_OF_ACTIVATION = 4;

/** A plan of one dispatch is a single loop, whose multiply-adds take a fraction of those of windows and of steps. */
const SINGLE_LOOP = 0.25;

const BYTES = 4;

/** What a plan takes, by what a `Speed` says of it. */
export type Work = Readonly<Record<keyof Speed, number>>;

/**
 * Returns what a run takes: multiply-adds, bytes, steps, variants, scores.
 *
 * @param inputs that are explained together
 */
export function workOf(plan: Plan, inputs = 1): Work {
  const { steps, chunks, operations, channels, classes } = describePlan(plan);
  const bytes = steps.reduce((sum, step) => sum + step.bytes, 0);
  const epilogues = plan.kind === 'steps' ? plan.variantSteps.map(epilogueElements) : [];
  const elements = epilogues.reduce((sum, count) => sum + count, 0);
  // Inputs that take no more than a chunk each share it with others.
  const passes = chunks.perInput > 1 ? inputs * chunks.perInput : 1;
  return {
    operations: inputs * (operations.plan + operations.base) * (plan.kind === 'steps' ? 1 : SINGLE_LOOP),
    bytes: inputs * (bytes + BYTES * channels * elements),
    step: STEPS_OF_A_RUN + passes * steps.length,
    variant: inputs * channels,
    score: inputs * channels * classes,
  };
}

/** Elements of a variant that go in and out between a step's result and what it stores: libraries write each of them down. */
function epilogueElements(step: VariantStep): number {
  if (!('epilogue' in step)) return 0;
  const { scale, addend, activation, pool, globalPool } = step.epilogue;
  const others = [scale, addend, pool, globalPool].filter((part) => part !== null).length;
  return sizeOf(step.shape) * (others + (activation ? PASSES_OF_ACTIVATION : 0));
}

/** Returns the milliseconds that each part of the work takes. */
export function partsOf(work: Work, speed: Speed): Work {
  return {
    operations: work.operations / speed.operations,
    bytes: work.bytes / speed.bytes,
    step: work.step * speed.step,
    variant: work.variant * speed.variant,
    score: work.score * speed.score,
  };
}

/** Returns about how long work takes, in milliseconds. */
export function estimatedMs(work: Work, speed: Speed): number {
  const { operations, bytes, step, variant, score } = partsOf(work, speed);
  return operations + bytes + step + variant + score;
}
