import { isLinearMerge } from '../operations/merge.ts';
import { factsOf } from '../operations/operation-facts.ts';
import { sizeOf, type Shape } from '../tail/shape.ts';
import type { CombineStep, Epilogue, PlanStep, Segment } from './steps.ts';

/** Elements a step takes besides the slots of the values. */
export interface StepScratch {
  /** For each input of a chunk. */
  readonly perInput: number;
  /** For each variant of each input. */
  readonly perVariant: number;
}

const NOTHING: StepScratch = { perInput: 0, perVariant: 0 };

/** Bytes that the parameters of one launch take: two uniform buffers at the largest alignment a device may ask for. */
export const LAUNCH_BYTES = 512;

/** What a step takes besides the slots: sums that meet before they are pooled, bases on the way, what is handed out. */
export function stepScratch(step: PlanStep): StepScratch {
  switch (step.kind) {
    case 'contribute':
    case 'convolve': {
      const segment = { start: 0, length: step.shape.at(-1) ?? 1 };
      if (step.parts.length < 2 || !pools(step.epilogue)) return NOTHING;
      const meeting = step.epilogue.addend ? 2 : 1;
      return { perInput: 0, perVariant: meeting * unpooled(step.shape, segment) };
    }
    case 'propagate': {
      const { operation, shape, segment, epilogue } = step;
      const { ownEpilogue } = factsOf(operation);
      if (ownEpilogue !== 'combined' && ownEpilogue !== 'behind') return NOTHING;
      const meeting = epilogue.addend && pools(epilogue) ? unpooled(shape, segment) : 0;
      return { perInput: 0, perVariant: meeting + (ownEpilogue === 'behind' ? sizeOf(shape) : 0) };
    }
    case 'combine':
      return combineScratch(step);
    case 'fallback': {
      // What is handed out is written down and read back.
      const sizes = step.frontier.map(({ operand }) => sizeOf(operand.shape));
      const total = sizes.reduce((sum, size) => sum + size, 0);
      return { perInput: total + sizeOf(step.shape), perVariant: 2 * total };
    }
    case 'switch-off':
    case 'evaluate':
    case 'concatenate':
    case 'score':
      return NOTHING;
  }
}

/** No step takes more launches than this. */
export function mostLaunches(step: PlanStep): number {
  const parts = 'parts' in step ? step.parts.length : 0;
  const operands = 'operands' in step ? 2 * step.operands.length : 0;
  const inputs = 'inputs' in step ? step.inputs.length : 0;
  const frontier = step.kind === 'fallback' ? step.frontier.length : 0;
  return parts + operands + inputs + frontier + 3;
}

/** The elements of the largest buffer among them, for a variant. */
export function largestScratch(step: PlanStep): number {
  if (step.kind === 'fallback') {
    return step.frontier.reduce((most, { operand }) => Math.max(most, sizeOf(operand.shape)), 0);
  }
  return stepScratch(step).perVariant === 0 || !('shape' in step) ? 0 : sizeOf(step.shape);
}

/** Further operands and what the epilogue adds meet in launches of their own. */
function combineScratch({ function: name, operands, shape, segment, epilogue }: CombineStep): StepScratch {
  const further = Math.max(0, operands.length - 2);
  const isAdded = epilogue.addend !== null;
  const bases = isAdded ? operands.length - 1 : further;
  return {
    perInput: isLinearMerge(name) ? 0 : bases * sizeOf(shape),
    perVariant: (further > 0 || isAdded) && pools(epilogue) ? unpooled(shape, segment) : 0,
  };
}

function pools({ pool, globalPool }: Epilogue): boolean {
  return pool !== null || globalPool !== null;
}

function unpooled(shape: Shape, { length }: Segment): number {
  return sizeOf(shape.slice(0, -1)) * length;
}
