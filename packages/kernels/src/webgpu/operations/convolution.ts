import type { Owner } from '../../plan/owner.ts';
import type { SlidingWindow } from '../../operations/sliding-window.ts';
import type { Segment } from '../../plan/steps.ts';
import { channelsOf, positionsOf, sizeOf, type Shape } from '../../tail/shape.ts';
import type { BufferSpec } from '../launch/buffer-spec.ts';
import { areMany, blockOf, partsOf } from '../launch/layout.ts';
import type { Shader } from '../../device/pipeline-cache.ts';
import type { Launch } from '../launch/launch.ts';
import { FILTERS, numbersRead, type PackedWeights } from './packed-weights.ts';
import { reducedInBlocks } from './reduce-blocks.ts';
import {
  blocksOf,
  encodeResult,
  pairOf,
  planeOf,
  pooledPositions,
  resultBuffers,
  storedElements,
  windowCells,
  type Result,
} from './result.ts';
import { blockVariant, resultVariant, weighing } from './result-variant.ts';
import { CONVOLUTION, CONVOLUTION_WIDE, CONVOLUTION_WIDE_VECTORS } from './shaders.ts';
import { sumPartsLaunches } from './sum-parts.ts';

/** Elements of a load of 128 bits. */
const VECTOR = 4;
/** Rows of a tile; `TILE_ROWS` of `wide/convolution-main.wgsl` and `serial/convolution-main.wgsl`. */
const WIDE_ROWS = 8;
const SERIAL_ROWS = 16;
/** Where a tile of one row or of eight finds its taps, its places and loop counters. */
const SINGLE_REGISTERS = 24;
const TILE_REGISTERS = 32;

/** What a tensor has with all channels off: every element of each input or, where `constant`, one number a channel. */
export interface OffStream {
  readonly values: BufferSpec;
  /** How many channels the elements belong to in turn, and how far inputs are apart, 0 where they share the numbers. */
  readonly constant: { readonly channels: number; readonly step: number } | null;
}

/** What is convolved. */
export interface ConvolutionSource {
  /** Of the whole tensor. */
  readonly shape: Shape;
  /** The channels that `values` holds. */
  readonly segment: Segment;
  readonly values: BufferSpec;
  readonly hasVariants: boolean;
  /** The off stream: contributions of the channels' owners are worked out. */
  readonly contributes: { readonly off: OffStream; readonly owner: Owner } | null;
}

export interface Convolution {
  readonly source: ConvolutionSource;
  readonly sliding: SlidingWindow;
  readonly weights: PackedWeights;
  readonly hasBias: boolean;
  /** Added before the epilogue: a buffer of the result's shape, or what the output holds already. */
  readonly partial: BufferSpec | 'output' | null;
  readonly result: Result;
}

/** The launches of a convolution: one, or one of parts of its sums and one that adds them up and finishes them. */
export function convolutionLaunches(convolution: Convolution): Launch[] {
  const { result } = convolution;
  const { layout } = result.batch.workspace;
  const tile = tileOf(convolution);
  if (result.reduction) {
    const windows = pooledPositions(result);
    const threads = batchesOf(result) * filterTiles(result);
    const turns = turnsOf({ ...convolution, result: { ...result, blockWindows: 1 } }, tile, WHOLE);
    const ofTile = Math.max(1, Math.floor(tile.rows / windowCells(result)));
    const block = blockOf(layout, windows, threads, turns, ofTile);
    return reducedInBlocks(result, block, (own) => launch({ ...convolution, result: own }, tile, WHOLE));
  }
  const sums = batchesOf(result) * sizeOf(positionsOf(result.shape)) * result.segment.length;
  const wanted = partsOf(layout, threadsOf(result, tile), turnsOf(convolution, tile, WHOLE), sums);
  const shares = sharesOf(convolution, wanted);
  if (shares.parts === 1) return [launch(convolution, tile, WHOLE)];
  return launchInParts(convolution, shares);
}

function launchInParts(convolution: Convolution, shares: Shares): Launch[] {
  const { result } = convolution;
  const { batch, shape, segment, isDelta } = result;
  const sums = batchesOf(result) * sizeOf(positionsOf(shape)) * segment.length;
  const parts = batch.workspace.parts(shares.parts * sums);
  const ofParts: Convolution = {
    ...convolution,
    hasBias: false,
    partial: null,
    result: { batch, shape, segment, isDelta, output: parts },
  };
  return [launch(ofParts, tileOf(ofParts), shares), ...sumPartsLaunches(convolution, parts, shares.parts)];
}

/** How a thread's tile of results is made up. */
interface Tile {
  /** 1, 8 or, where a CPU plays the GPU, 16: it takes longest for loads, and has no registers to run out of. */
  readonly rows: number;
  /** Whether rows are variants, which share weights and, at one position, a base; otherwise they are positions. */
  readonly rowsAreVariants: boolean;
}

/** Parts of sums, each over some of the runs of channels or over some channels of each run. */
interface Shares {
  readonly parts: number;
  readonly runs: number;
  readonly channels: number;
}

/** Everything is one part; no number of runs or channels passes these. */
const WHOLE: Shares = { parts: 1, runs: 0xffffffff, channels: 0xffffffff };

function sharesOf({ source }: Convolution, wanted: number): Shares {
  const [, , runs, , length] = channelRuns(source);
  if (wanted === 1) return WHOLE;
  if (runs > 1) {
    const share = Math.ceil(runs / wanted);
    return { parts: Math.ceil(runs / share), runs: share, channels: WHOLE.channels };
  }
  const share = Math.ceil(length / wanted);
  return { parts: Math.ceil(length / share), runs: WHOLE.runs, channels: share };
}

function launch(convolution: Convolution, tile: Tile, shares: Shares): Launch {
  const { source, sliding, weights, hasBias, partial, result } = convolution;
  const plane = planeOf(source.shape);
  const [windowHeight, windowWidth] = pairOf(sliding.window, 1);
  const [strideY, strideX] = pairOf(sliding.strides, 1);
  const [dilationY, dilationX] = pairOf(sliding.dilation, 1);
  const [padTop, padLeft] = pairOf(sliding.padBefore, 0);
  const ofOnePart = threadsOf(result, tile);
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
    Number(tile.rowsAreVariants),
    Number(hasBias),
    partial === null ? 0 : partial === 'output' ? 2 : 1,
    source.segment.start,
    channelsOf(source.shape),
    weights.part.start,
    weights.part.end,
    ...channelRuns(source),
    shares.parts,
    ofOnePart / filterTiles(result),
    shares.runs,
    shares.channels,
    source.contributes?.off.constant?.channels ?? 1,
    source.contributes?.off.constant?.step ?? 0,
  );
  const turns = turnsOf(convolution, tile, shares);
  const threads = ofOnePart * shares.parts;
  const readsVectors = areVectors(convolution, shares);
  const reads = source.contributes ? 2 : 1;
  return {
    shader: shaderOf(convolution, readsVectors),
    overrides: {
      ...(partial === null ? resultVariant(result) : blockVariant(result)),
      ...(source.contributes ? { CONTRIBUTES: 1 } : {}),
      ...(source.contributes?.off.constant ? { OFF_IS_CONSTANT: 1 } : {}),
      ...(tile.rows === 1 ? { IS_SINGLE: 1 } : {}),
      ...(shares.parts > 1 ? { IN_PARTS: 1 } : {}),
    },
    uniforms: [encodeResult(result), parameters],
    buffers: {
      ...resultBuffers(result),
      7: source.values,
      ...(readsVectors ? {} : { 8: source.contributes?.off.values ?? null }),
      9: weights.buffer,
      10: partial === 'output' ? null : partial,
    },
    writes: [2],
    threads,
    work: {
      turns,
      operations: 2 * threads * turns * tile.rows * FILTERS,
      loads: threads * turns * (numbersRead(weights, FILTERS) + reads * tile.rows),
      stores: shares.parts * storedElements(result),
      registers: registersOf(tile, readsVectors),
    },
  };
}

/** Sums, and what a turn reads of weights and x. */
function registersOf({ rows }: Tile, readsVectors: boolean): number {
  const channels = readsVectors ? VECTOR : 1;
  const others = rows === 1 ? SINGLE_REGISTERS : TILE_REGISTERS;
  return rows * FILTERS + channels * (FILTERS + rows) + others;
}

function shaderOf({ weights, result }: Convolution, readsVectors: boolean): Shader {
  if (result.batch.workspace.layout.name === 'serial') return CONVOLUTION;
  return weighing(readsVectors ? CONVOLUTION_WIDE_VECTORS : CONVOLUTION_WIDE, weights, result);
}

/** Whether x is read in loads of 128 bits: runs of whole fours of channels, of which none contributes. */
function areVectors({ source, weights, result }: Convolution, { channels }: Shares): boolean {
  if (result.batch.workspace.layout.name === 'serial') return false;
  const bounds = [source.segment.length, source.segment.start, channelsOf(source.shape)];
  const isWhole = [...bounds, weights.part.start, weights.part.end].every((count) => count % VECTOR === 0);
  const isShared = channels !== WHOLE.channels && channels % VECTOR !== 0;
  return !source.contributes && isWhole && !isShared;
}

/** Start, step for each variant, number, period and length of the runs of channels that are summed. */
function channelRuns({
  segment,
  shape,
  contributes,
}: ConvolutionSource): readonly [number, number, number, number, number] {
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

/** The tile that suits: variants share their weights, except those of contributions, as do positions. */
function tileOf({ source, result }: Convolution): Tile {
  const { pool, reduction, batch } = result;
  const { layout } = batch.workspace;
  const positions = pooledPositions(result);
  const large = layout.name === 'serial' ? SERIAL_ROWS : WIDE_ROWS;
  const isTogether =
    !source.contributes && !pool && !reduction && (batch.variants >= WIDE_ROWS || batch.variants > positions);
  if (!isTogether && !pool && !reduction && positions === 1) return { rows: 1, rowsAreVariants: false };
  const tile = { rows: large, rowsAreVariants: isTogether };
  return areMany(layout, threadsOf(result, tile)) ? tile : { ...tile, rows: 1 };
}

/** Whether there is one result for each variant and filter. */
export function hasSingleRows(result: Result, rowsAreVariants: boolean): boolean {
  return !rowsAreVariants && !result.pool && !result.reduction && pooledPositions(result) === 1;
}

/** Of a single part. */
function threadsOf(result: Result, { rows, rowsAreVariants }: Tile): number {
  const { inputs, variants } = result.batch;
  const positions = pooledPositions(result);
  const tiles = filterTiles(result);
  if (rowsAreVariants) return Math.ceil(variants / rows) * inputs * positions * tiles;
  if (result.reduction) return batchesOf(result) * blocksOf(result) * tiles;
  const together = Math.max(1, Math.floor(rows / windowCells(result)));
  return batchesOf(result) * Math.ceil(positions / together) * tiles;
}

/** Channels that a thread goes through, for all taps and one tile after the other. */
function turnsOf(
  { source, sliding, weights, result }: Convolution,
  { rows, rowsAreVariants }: Tile,
  shares: Shares,
): number {
  const [, , runs, , length] = channelRuns(source);
  const channels = Math.min(runs, shares.runs) * Math.min(length, shares.channels);
  const turns = Math.min(sizeOf(sliding.window) * channels, weights.part.end - weights.part.start);
  if (rowsAreVariants) return turns;
  const windows = result.reduction
    ? (result.blockWindows ?? pooledPositions(result))
    : Math.max(1, Math.floor(rows / windowCells(result)));
  return turns * Math.ceil((windows * windowCells(result)) / rows);
}

function batchesOf({ batch: { inputs, variants } }: Result): number {
  return inputs * variants;
}

function filterTiles({ segment }: Result): number {
  return Math.ceil(segment.length / FILTERS);
}
