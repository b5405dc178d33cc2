import { sizeOf } from '../../tail/shape.ts';
import { hasSingleRows, type Convolution } from './convolution.ts';
import { resultVariant } from './kernel.ts';
import type { Launch } from './launch.ts';
import { encodeResult, pairOf, planeOf, pooledPositions, resultBuffers } from './result.ts';
import { CONTRIBUTION } from './shaders.ts';

/** Taps whose weights a thread of `contribution.wgsl` keeps. */
const MOST_TAPS = 9;
const FILTERS = 8;
/** Pooling windows that a thread takes: enough for its weights to be read seldom, few enough for many threads. */
const WINDOWS = 8;

/**
 * Returns the launch of what channels contribute to a convolution, or null where it is not of the kind that
 * `contribution.wgsl` covers: one channel a variant, a small window, one buffer of weights, more than one result.
 */
export function contributionLaunch(convolution: Convolution): Launch | null {
  const { source, sliding, weights, partial, result } = convolution;
  const { contributes, shape } = source;
  if (!contributes || partial !== null || hasSingleRows(result, false)) return null;
  const { trailing, length, offset, multiplier } = contributes.owner;
  const channels = source.segment.length;
  const isSingle = multiplier * trailing === 1 && length === channels;
  const taps = sizeOf(sliding.window);
  const isWhole = weights.part.start === 0 && weights.part.end === taps * channels;
  if (!isSingle || taps > MOST_TAPS || !isWhole) return null;

  const plane = planeOf(shape);
  const windows = pooledPositions(result);
  const together = result.reduction ? windows : Math.min(WINDOWS, windows);
  const parameters = Int32Array.of(
    plane.height,
    plane.width,
    channels,
    ...pairOf(sliding.strides, 1),
    offset,
    1,
    taps,
    together,
    0,
    0,
    0,
    ...tapOffsets(convolution),
  );
  const { inputs, variants } = result.batch;
  return {
    shader: CONTRIBUTION,
    // A ReLU by itself is rarer here than one with pooling.
    overrides: resultVariant(result, { relu: Boolean(result.pool ?? result.reduction), clipped: true }),
    uniforms: [encodeResult(result), new Uint32Array(parameters.buffer)],
    buffers: { ...resultBuffers(result), 7: source.values, 8: contributes.off, 9: weights.buffer },
    threads: inputs * variants * Math.ceil(windows / together) * Math.ceil(result.segment.length / FILTERS),
  };
}

/** Row and column of each tap, counted from the first cell under a window that is not padded; as many as five quads hold. */
function tapOffsets({ sliding }: Convolution): number[] {
  const [, width] = pairOf(sliding.window, 1);
  const [dilationY, dilationX] = pairOf(sliding.dilation, 1);
  const [top, left] = pairOf(sliding.padBefore, 0);
  return Array.from({ length: MOST_TAPS + 1 }, (_, tap) => {
    return [Math.floor(tap / width) * dilationY - top, (tap % width) * dilationX - left];
  }).flat();
}
