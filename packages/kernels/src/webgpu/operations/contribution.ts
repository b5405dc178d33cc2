import { sizeOf } from '../../tail/shape.ts';
import { blockOf, togetherOf } from '../launch/layout.ts';
import type { Launch } from '../launch/launch.ts';
import { hasSingleRows, type Convolution } from './convolution.ts';
import { FILTERS, numbersRead } from './packed-weights.ts';
import { reducedInBlocks } from './reduce-blocks.ts';
import { resultVariant, weighing } from './result-variant.ts';
import {
  encodeResult,
  pairOf,
  planeOf,
  pooledPositions,
  resultBuffers,
  storedElements,
  windowCells,
  type Result,
} from './result.ts';
import { CONTRIBUTION } from './shaders.ts';

/** Taps whose weights a thread of `contribution.wgsl` keeps. */
const MOST_TAPS = 9;
/** What a thread keeps besides its weights and its sum: pooling windows and their reduction, places and loop counters. */
const REGISTERS_BESIDES = 56;
/** Pooling windows that a thread takes at most: enough for its weights to be read seldom, few enough for many threads. */
const WINDOWS = 8;

/**
 * Returns the launches of what channels contribute to a convolution, or null where it is not of the kind that
 * `contribution.wgsl` covers: one channel a variant, a small window, one buffer of weights, more than one result.
 */
export function contributionLaunches(convolution: Convolution): Launch[] | null {
  const { source, sliding, weights, partial, result } = convolution;
  const { contributes } = source;
  if (!contributes || partial !== null || hasSingleRows(result, false)) return null;
  const { trailing, length, multiplier } = contributes.owner;
  const channels = source.segment.length;
  const isSingle = multiplier * trailing === 1 && length === channels;
  const taps = sizeOf(sliding.window);
  const isWhole = weights.part.start === 0 && weights.part.end === taps * channels;
  if (!isSingle || taps > MOST_TAPS || !isWhole) return null;

  const { batch, segment } = result;
  const windows = pooledPositions(result);
  const threads = batch.inputs * batch.variants * Math.ceil(segment.length / FILTERS);
  const { layout } = batch.workspace;
  if (!result.reduction) {
    return [launch(convolution, result, Math.min(WINDOWS, togetherOf(layout, windows, threads)))];
  }
  const block = blockOf(layout, windows, threads, taps * windowCells(result));
  return reducedInBlocks(result, block, (own) => launch(convolution, own, own.blockWindows ?? windows));
}

/** @param together windows that a thread takes */
function launch({ source, sliding, weights }: Convolution, result: Result, together: number): Launch {
  const { contributes, shape, segment, values } = source;
  const { batch } = result;
  const plane = planeOf(shape);
  const taps = sizeOf(sliding.window);
  const windows = pooledPositions(result);
  const parameters = Int32Array.of(
    plane.height,
    plane.width,
    segment.length,
    ...pairOf(sliding.strides, 1),
    contributes?.owner.offset ?? 0,
    1,
    taps,
    together,
    contributes?.off.constant?.step ?? 0,
    0,
    0,
    ...tapOffsets(sliding),
  );
  const tiles = Math.ceil(result.segment.length / FILTERS);
  const threads = batch.inputs * batch.variants * Math.ceil(windows / together) * tiles;
  const cells = together * windowCells(result);
  return {
    shader: weighing(CONTRIBUTION, weights, result),
    // A ReLU by itself is rarer here than one with pooling.
    overrides: {
      ...resultVariant(result, { relu: Boolean(result.pool ?? result.reduction), clipped: true }),
      ...(contributes?.off.constant ? { OFF_IS_CONSTANT: 1 } : {}),
    },
    uniforms: [encodeResult(result), new Uint32Array(parameters.buffer)],
    buffers: { ...resultBuffers(result), 7: values, 8: contributes?.off.values ?? null, 9: weights.buffer },
    writes: [2],
    threads,
    work: {
      turns: cells * taps,
      operations: threads * cells * taps * 2 * FILTERS,
      loads:
        threads *
        (cells * taps * (contributes?.off.constant ? 1 : 2) +
          numbersRead(weights, taps * FILTERS) +
          (result.base ? cells * FILTERS : 0)),
      stores: storedElements(result),
      registers: (MOST_TAPS + 1) * FILTERS + REGISTERS_BESIDES,
    },
  };
}

/** Row and column of each tap, counted from the first cell under a window that is not padded; as many as five quads hold. */
function tapOffsets(sliding: Convolution['sliding']): number[] {
  const [, width] = pairOf(sliding.window, 1);
  const [dilationY, dilationX] = pairOf(sliding.dilation, 1);
  const [top, left] = pairOf(sliding.padBefore, 0);
  return Array.from({ length: MOST_TAPS + 1 }, (_, tap) => {
    return [Math.floor(tap / width) * dilationY - top, (tap % width) * dilationX - left];
  }).flat();
}
