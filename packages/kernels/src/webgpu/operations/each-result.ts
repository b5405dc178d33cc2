import type { Launch } from '../launch/launch.ts';
import { blockOf } from '../launch/layout.ts';
import { reducedInBlocks } from './reduce-blocks.ts';
import {
  blocksOf,
  pooledPositions,
  storedElements,
  storedPositions,
  windowCells,
  type Result,
} from './result.ts';

/** Channels that a thread of `each-result.wgsl` takes. */
const CHANNELS = 4;

/** What an operation takes for one value, before its epilogue. */
interface ValueWork {
  /** Cells of a window that are read one after the other. Default: 1. */
  readonly cells?: number;
  /** Numbers that are read for each of them. Default: 1. */
  readonly loads?: number;
}

/** Returns the launches of an operation that works each stored position out by itself, as `each-result.wgsl` does. */
export function eachResultLaunches(
  result: Result,
  { cells = 1, loads = 1 }: ValueWork,
  kernel: (result: Result) => Pick<Launch, 'shader' | 'overrides' | 'uniforms' | 'buffers'>,
): Launch[] {
  const { batch, segment, reduction } = result;
  const windows = pooledPositions(result);
  const tiles = batch.inputs * batch.variants * Math.ceil(segment.length / CHANNELS);
  const launch = (own: Result): Launch => {
    const stored = own.reduction ? blocksOf(own) : storedPositions(own);
    const values = batch.inputs * batch.variants * segment.length * windows * windowCells(own);
    return {
      ...kernel(own),
      writes: [2],
      threads: tiles * stored,
      work: {
        turns: cells * windowCells(own) * (own.reduction ? (own.blockWindows ?? windows) : 1),
        operations: 2 * values * cells,
        loads: values * (cells * loads + (own.base ? 1 : 0)),
        stores: storedElements(own),
      },
    };
  };
  if (!reduction) return [launch(result)];
  return reducedInBlocks(
    result,
    blockOf(batch.workspace.layout, windows, tiles, cells * windowCells(result)),
    launch,
  );
}
