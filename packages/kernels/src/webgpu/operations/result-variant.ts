import type { Overrides, Shader } from '../../device/pipeline-cache.ts';
import type { Result } from './result.ts';
import type { PackedWeights } from './packed-weights.ts';
import type { StoringShader, WeighingShader } from './shaders.ts';

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
  const blocks = blockVariant(result);
  const isRelu = relu && activation?.function === 'relu';
  const isPlain = activation === null && !pools;
  if (!hasExtras && (isPlain || isRelu)) {
    return { HAS_EXTRAS: 0, ACTIVATION: isRelu ? 1 : 0, POOLS: pools ? 1 : 0, ...blocks };
  }
  const isClipped = activation === null || activation.function === 'relu' || activation.function === 'relu6';
  return { ...(clipped && isClipped && addend === null ? { ACTIVATION: 2, HAS_ADDEND: 0 } : {}), ...blocks };
}

/** The override for results that are left in blocks. */
export function blockVariant({ blockWindows }: Result): Overrides {
  return blockWindows === undefined ? {} : { IN_BLOCKS: 1 };
}

/** Channels that one store of 128 bits covers. */
const STORED_TOGETHER = 4;

/** The shader that stores a result as large at a time as its channels and the layout allow. */
export function storing({ single, vectors }: StoringShader, { batch, segment }: Result): Shader {
  return batch.workspace.layout.name === 'wide' && segment.length % STORED_TOGETHER === 0 ? vectors : single;
}

/** Likewise of a shader that reads a kernel, as the kernel is packed. */
export function weighing({ floats, halves }: WeighingShader, weights: PackedWeights, result: Result): Shader {
  return storing(weights.areHalves ? halves : floats, result);
}
