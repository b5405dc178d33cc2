import type { Overrides, Shader } from '../../device/pipeline-cache.ts';
import type { Result } from './result.ts';

/** A shader with the overrides that leave out what a launch does not need, besides `THREADS`. */
export interface Kernel {
  readonly shader: Shader;
  readonly overrides: Overrides;
}

/**
 * The overrides of `epilogue.wgsl` for a result. Few combinations have a pipeline of their own: nothing to do, a ReLU,
 * a ReLU and pooling. All others share the one that does everything.
 *
 * @param mayHaveRelu whether a ReLU alone is frequent enough behind the operation
 */
export function resultVariant(result: Result, mayHaveRelu = true): Overrides {
  const {
    scaleAt = null,
    shiftAt = null,
    addend = null,
    activation = null,
    pool = null,
    reduction = null,
  } = result;
  const hasExtras = scaleAt !== null || shiftAt !== null || addend !== null;
  const pools = pool !== null || reduction !== null;
  const isRelu = mayHaveRelu && activation?.function === 'relu';
  if (hasExtras || (activation !== null && !isRelu) || (pools && !isRelu)) return {};
  return { HAS_EXTRAS: 0, ACTIVATION: isRelu ? 1 : 0, POOLS: pools ? 1 : 0 };
}
