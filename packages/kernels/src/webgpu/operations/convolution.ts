import type { Owner } from '../../plan/owner.ts';
import type { SlidingWindow } from '../../operations/sliding-window.ts';
import type { Segment, WeightPart } from '../../plan/steps.ts';
import type { WeightValues } from '../../plan/weights.ts';
import { channelsOf, type Shape } from '../../tail/shape.ts';
import type { Launch } from './launch.ts';
import {
  encodeResult,
  pairOf,
  planeOf,
  pooledPositions,
  resultBuffers,
  windowCells,
  type Result,
} from './result.ts';
import { resultVariant } from './kernel.ts';
import { CONVOLUTION } from './shaders.ts';

/** Of a tile, at least; see `convolution.wgsl`. */
const ROWS = 8;
const FILTERS = 8;

/** What is convolved. */
export interface ConvolutionSource {
  /** Of the whole tensor. */
  readonly shape: Shape;
  /** The channels that `values` holds. */
  readonly segment: Segment;
  readonly values: GPUBuffer;
  readonly hasVariants: boolean;
  /** The off stream: contributions of the channels' owners are worked out. */
  readonly contributes: { readonly off: GPUBuffer; readonly owner: Owner } | null;
}

/** Rows of a kernel on the device; see `packWeights`. */
export interface PackedWeights {
  readonly part: WeightPart;
  readonly buffer: GPUBuffer;
}

export interface Convolution {
  readonly source: ConvolutionSource;
  readonly sliding: SlidingWindow;
  readonly weights: PackedWeights;
  readonly hasBias: boolean;
  /** Added before the epilogue: a buffer of the result's shape, or what the output holds already. */
  readonly partial: GPUBuffer | 'output' | null;
  readonly result: Result;
}

/** Where the scale stands in the constants of a convolution: the bias comes first. */
export function convolutionScaleAt(filters: number): number {
  return Math.ceil(filters / FILTERS) * FILTERS;
}

/**
 * Returns rows of a kernel as `convolution.wgsl` reads them, `[rows, tiles of 8 filters]`, then bias and scale.
 *
 * @param kernel `[taps * channels, filters]`
 */
export function packWeights(
  kernel: WeightValues,
  filters: number,
  { start, end }: WeightPart,
  bias: Float32Array | null,
  scale: WeightValues | null,
): Float32Array<ArrayBuffer> {
  const row = convolutionScaleAt(filters);
  const packed = new Float32Array((end - start + 2) * row);
  for (let r = start; r < end; r++) {
    packed.set(kernel.subarray(r * filters, (r + 1) * filters), (r - start) * row);
  }
  if (bias) packed.set(bias, (end - start) * row);
  if (scale) packed.set(scale, (end - start + 1) * row);
  return packed;
}

export function convolutionLaunch(convolution: Convolution): Launch {
  const { source, sliding, weights, hasBias, partial, result } = convolution;
  const plane = planeOf(source.shape);
  const [windowHeight, windowWidth] = pairOf(sliding.window, 1);
  const [strideY, strideX] = pairOf(sliding.strides, 1);
  const [dilationY, dilationX] = pairOf(sliding.dilation, 1);
  const [padTop, padLeft] = pairOf(sliding.padBefore, 0);
  const rowsAreVariants = takesVariantsTogether(convolution);
  const parameters = Uint32Array.of(
    Number(source.hasVariants),
    plane.height,
    plane.width,
    source.segment.length,
    windowHeight,
    windowWidth,
    strideY,
    strideX,
    dilationY,
    dilationX,
    padTop,
    padLeft,
    Number(rowsAreVariants),
    Number(hasBias),
    partial === null ? 0 : partial === 'output' ? 2 : 1,
    source.segment.start,
    channelsOf(source.shape),
    weights.part.start,
    weights.part.end,
    ...channelRuns(source),
  );
  return {
    shader: CONVOLUTION,
    overrides: {
      ...(partial === null ? resultVariant(result) : {}),
      CONTRIBUTES: source.contributes ? 1 : 0,
      SINGLE_ROW: hasSingleRows(result, rowsAreVariants) ? 1 : 0,
    },
    uniforms: [encodeResult(result), parameters],
    buffers: {
      ...resultBuffers(result),
      7: source.values,
      8: source.contributes?.off ?? null,
      9: weights.buffer,
      10: partial === 'output' ? null : partial,
    },
    threads: threadsOf(result, rowsAreVariants),
  };
}

/** Start, step for each variant, number, period and length of the runs of channels that are summed. */
function channelRuns({ segment, shape, contributes }: ConvolutionSource): readonly number[] {
  if (!contributes) return [0, 0, 1, segment.length, segment.length];
  const { trailing, length, offset, multiplier } = contributes.owner;
  return [
    offset * trailing,
    multiplier * trailing,
    channelsOf(shape) / (trailing * length),
    trailing * length,
    multiplier * trailing,
  ];
}

/** Variants share their weights and, at one position, their base; contributions do not share weights. */
function takesVariantsTogether({ source, result }: Convolution): boolean {
  const { pool, reduction, batch } = result;
  if (source.contributes || pool || reduction) return false;
  return batch.variants >= ROWS || batch.variants > pooledPositions(result);
}

/** Whether there is one result for each variant and filter. */
export function hasSingleRows(result: Result, rowsAreVariants: boolean): boolean {
  const isPooled = result.pool !== null && result.pool !== undefined;
  return !rowsAreVariants && !isPooled && !result.reduction && pooledPositions(result) === 1;
}

function threadsOf(result: Result, rowsAreVariants: boolean): number {
  const { inputs, variants } = result.batch;
  const positions = pooledPositions(result);
  const tiles = Math.ceil(result.segment.length / FILTERS);
  if (rowsAreVariants) return Math.ceil(variants / ROWS) * inputs * positions * tiles;
  if (result.reduction) return inputs * variants * tiles;
  const together = Math.max(1, Math.floor(ROWS / windowCells(result)));
  return inputs * variants * Math.ceil(positions / together) * tiles;
}
