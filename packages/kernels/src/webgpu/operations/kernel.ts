import type { Overrides, Shader } from '../../device/pipeline-cache.ts';
import type { Result } from './result.ts';

/** A shader with the overrides that leave out what a launch does not need, besides `THREADS`. */
export interface Kernel {
  readonly shader: Shader;
  readonly overrides: Overrides;
}

/** Which frequent kinds of results have a pipeline of their own behind an operation, besides that with nothing to do. */
export interface OwnPipelines {
  /** A ReLU, and a ReLU with pooling. Default: yes. */
  readonly relu?: boolean;
  /** Everything but a tensor added and other activations than ReLU and ReLU6: batch normalization, pooling. Default: no. */
  readonly clipped?: boolean;
}

/**
 * The overrides of `epilogue.wgsl` for a result. Few combinations have a pipeline of their own; all others share the one that does
 * everything.
 */
export function resultVariant(
  result: Result,
  { relu = true, clipped = false }: OwnPipelines = {},
): Overrides {
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
  const isRelu = relu && activation?.function === 'relu';
  const isPlain = activation === null && !pools;
  if (!hasExtras && (isPlain || isRelu)) {
    return { HAS_EXTRAS: 0, ACTIVATION: isRelu ? 1 : 0, POOLS: pools ? 1 : 0 };
  }
  const isClipped = activation === null || activation.function === 'relu' || activation.function === 'relu6';
  return clipped && isClipped && addend === null ? { ACTIVATION: 2, HAS_ADDEND: 0 } : {};
}
