import type { Owner } from '../../plan/owner.ts';
import type { Segment } from '../../plan/steps.ts';
import { channelsOf, positionsOf, sizeOf, type Shape } from '../../tail/shape.ts';
import type { ActivationOperation } from '../../operations/activation.ts';
import type { PoolOperation, PoolReduction } from '../../operations/pool.ts';
import { ACTIVATION_CODES } from '../activation-codes.ts';
import { REDUCTION_CODES } from '../reduction-codes.ts';
import type { BufferSpec } from '../launch/buffer-spec.ts';
import { floatBits } from '../launch/launch.ts';
import type { LaunchWorkspace } from '../launch/launch-workspace.ts';

/** What one submission covers. */
export interface VariantBatch {
  readonly inputs: number;
  /** Variants of each input; 1 for streams. */
  readonly variants: number;
  readonly firstVariant: number;
  readonly workspace: LaunchWorkspace;
}

/** A tensor added to deltas. */
export type Addend =
  | {
      readonly label: 'one-channel';
      readonly base: BufferSpec;
      readonly off: BufferSpec;
      readonly owner: Owner;
    }
  | { readonly label: 'all'; readonly delta: BufferSpec; readonly segment: Segment };

/** Where an operation's result goes, and what happens to it before; see `epilogue.wgsl`. */
export interface Result {
  readonly batch: VariantBatch;
  readonly isDelta: boolean;
  /** Of the whole tensor, before pooling. */
  readonly shape: Shape;
  /** The part of the last axis that is worked out. */
  readonly segment: Segment;
  readonly output: BufferSpec;
  /** Where scales and shifts of all channels stand among the operation's constants. */
  readonly scaleAt?: number | null;
  readonly shiftAt?: number | null;
  readonly addend?: Addend | null;
  readonly activation?: ActivationOperation | null;
  /** The tensor's base before the activation, of the whole shape. */
  readonly base?: BufferSpec | null;
  readonly pool?: { readonly operation: PoolOperation; readonly shape: Shape } | null;
  readonly reduction?: PoolReduction | null;
  /** How many pooling windows (or positions) are reduced together, the output being the blocks' sums. Default: all. */
  readonly blockWindows?: number;
}

/** Positions as rows and columns; more or fewer than two axes become one row. */
export interface Plane {
  readonly height: number;
  readonly width: number;
}

export function planeOf(shape: Shape): Plane {
  const positions = positionsOf(shape);
  const [first = 1, second] = positions;
  if (positions.length !== 2 || second === undefined) return { height: 1, width: sizeOf(positions) };
  return { height: first, width: second };
}

/** Numbers for both axes of a plane; a one-dimensional window is one row high. */
export function pairOf(values: readonly number[], missing: number): readonly [number, number] {
  const [first = missing, second] = values;
  return second === undefined ? [missing, first] : [first, second];
}

export function wholeOf(shape: Shape): Segment {
  return { start: 0, length: channelsOf(shape) };
}

/** Cells of a pooling window, 1 without pooling. */
export function windowCells({ pool }: Result): number {
  return pool ? sizeOf(pool.operation.window) : 1;
}

/** Positions after pooling, before everything is reduced to one. */
export function pooledPositions({ pool, shape }: Result): number {
  return sizeOf(positionsOf(pool?.shape ?? shape));
}

/** Positions that are stored. */
export function storedPositions(result: Result): number {
  return result.reduction ? 1 : pooledPositions(result);
}

/** Blocks of windows that are reduced apart. */
export function blocksOf(result: Result): number {
  return Math.ceil(pooledPositions(result) / (result.blockWindows ?? Infinity)) || 1;
}

/** Elements of the output. */
export function storedElements(result: Result): number {
  const { batch, segment, blockWindows } = result;
  const perBatch = blockWindows === undefined ? storedPositions(result) : BLOCK_PLANES * blocksOf(result);
  return batch.inputs * batch.variants * perBatch * segment.length;
}

/** What `epilogue.wgsl` keeps of a block: the base, the base of the cell that is largest without the channel, and the delta. */
const BLOCK_PLANES = 3;

/** Of float32: nothing is clipped there. */
const LARGEST = 3.4028234663852886e38;

/** The uniform `epilogue`. */
export function encodeResult(result: Result): Uint32Array<ArrayBuffer> {
  const { batch, shape, segment, scaleAt = null, shiftAt = null, addend, activation, base, pool } = result;
  const plane = planeOf(shape);
  const pooled = pool ? planeOf(pool.shape) : plane;
  const window = pool?.operation;
  const [poolHeight, poolWidth] = pairOf(window?.window ?? [], 1);
  const [strideY, strideX] = pairOf(window?.strides ?? [], 1);
  const [top, left] = pairOf(window?.padBefore ?? [], 0);
  return Uint32Array.of(
    batch.inputs,
    batch.variants,
    batch.firstVariant,
    Number(result.isDelta),
    plane.height,
    plane.width,
    segment.length,
    segment.start,
    channelsOf(shape),
    Number(scaleAt !== null),
    scaleAt ?? 0,
    Number(shiftAt !== null),
    shiftAt ?? 0,
    Number(Boolean(base)),
    activation ? ACTIVATION_CODES[activation.function] : 0,
    floatBits(activation?.alpha ?? 0),
    floatBits(activation ? 0 : -LARGEST),
    floatBits(activation?.function === 'relu6' ? 6 : LARGEST),
    REDUCTION_CODES[window?.reduction ?? 'none'],
    poolHeight,
    poolWidth,
    strideY,
    strideX,
    top,
    left,
    pooled.height,
    pooled.width,
    Number(Boolean(result.reduction)),
    REDUCTION_CODES[result.reduction ?? 'none'],
    ...encodeAddend(addend ?? null),
    blocksOf(result),
    result.blockWindows ?? pooledPositions(result),
  );
}

/** Bindings 2 to 5: what `epilogue.wgsl` and `addend.wgsl` declare. */
export function resultBuffers(result: Result): Record<number, BufferSpec | null> {
  const { output, base = null, addend } = result;
  return {
    2: output,
    3: base,
    4: addend?.label === 'all' ? addend.delta : (addend?.base ?? null),
    5: addend?.label === 'one-channel' ? addend.off : null,
  };
}

function encodeAddend(addend: Addend | null): number[] {
  if (!addend) return [0, 0, 0, 0, 0, 0, 0];
  if (addend.label === 'all') return [2, addend.segment.start, addend.segment.length, 0, 0, 0, 0];
  return [1, 0, 0, ...encodeOwner(addend.owner)];
}

/** Trailing, length, offset and multiplier, as all kernels take them. */
export function encodeOwner({
  trailing,
  length,
  offset,
  multiplier,
}: Owner): [number, number, number, number] {
  return [trailing, length, offset, multiplier];
}
