import type { AdapterDescription } from '../../device/adapter.ts';

/**
 * How work is laid out in threads. `wide`, for hardware: enough workgroups to fill it, sums shared out among threads, barriers
 * and second dispatches where that takes. `serial`, where a CPU plays the GPU: few large threads that wait for nobody, since
 * there a dispatch, a barrier and a turn of a loop cost more than what is done in them.
 */
export type LayoutName = 'wide' | 'serial';

export interface Layout {
  readonly name: LayoutName;
  /** Threads of a workgroup that share nothing. */
  readonly threads: number;
  /** Whether threads hand sums over in subgroups. */
  readonly hasSubgroups: boolean;
  /** Whether kernels whose weights 16 bits can hold are read so: memory is what hardware waits for, a CPU for unpacking. */
  readonly readsHalves: boolean;
}

export const LAYOUTS: Readonly<Record<LayoutName, Layout>> = {
  wide: { name: 'wide', threads: 64, hasSubgroups: false, readsHalves: true },
  serial: { name: 'serial', threads: 16, hasSubgroups: false, readsHalves: false },
};

/** The layout that suits an adapter. */
export function layoutFor({ software }: Pick<AdapterDescription, 'software'>): LayoutName {
  return software ? 'serial' : 'wide';
}

/** Threads that fill hardware: 512 workgroups, several for each of the 24 to 132 cores of graphics cards. */
const ENOUGH_THREADS = 32_768;
/** Turns below which starting a thread and finishing its sum takes longer. */
const LEAST_TURNS = 8;
/** Turns after which a thread runs so long that others of its workgroup are waited for. */
const MOST_TURNS = 8192;
/** Of partial sums, in float32 elements: what splitting takes besides the memory of values. */
export const MOST_PART_ELEMENTS = 4 * 1024 * 1024;

/**
 * Returns into how many parts sums are split that `threads` threads would take `turns` turns each for; 1 in the serial layout.
 * Each part is at least `LEAST_TURNS` long, and all together fit into `MOST_PART_ELEMENTS`.
 *
 * @param sums how many there are
 */
export function partsOf({ name }: Layout, threads: number, turns: number, sums: number): number {
  if (name === 'serial') return 1;
  const fill = Math.min(Math.floor(ENOUGH_THREADS / threads), Math.floor(turns / LEAST_TURNS));
  const wanted = Math.max(fill, Math.ceil(turns / MOST_TURNS));
  return Math.max(1, Math.min(wanted, Math.floor(MOST_PART_ELEMENTS / sums)));
}

/**
 * Returns how many of `count` things of one kind a thread takes one after the other, where each by itself would take
 * `threadsOfOne` threads: as few as fill the hardware; all of them in the serial layout.
 */
export function togetherOf({ name }: Layout, count: number, threadsOfOne: number): number {
  if (name === 'serial') return count;
  return Math.min(count, Math.max(1, Math.floor((count * threadsOfOne) / ENOUGH_THREADS)));
}

/** Turns below which a second dispatch takes longer than they do. */
const SHORT_LOOP = 64;
/** Of turns of all threads together: about a million operations. */
const LITTLE_WORK = 65_536;

/**
 * Returns how many of `count` windows are reduced together, in `threads` threads for each block of them, where another dispatch
 * finishes the blocks: enough blocks to fill the hardware, few enough for that to be short. All in the serial layout, and where
 * one short loop does it. A thread takes at most `MOST_TURNS` turns for them, if one tile does not take more.
 *
 * @param turns of a window, and of as many as a tile covers
 */
export function blockOf(
  layout: Layout,
  count: number,
  threads: number,
  turns: number,
  windowsOfTile = 1,
): number {
  const isShort = count * turns <= SHORT_LOOP && count * turns * threads <= LITTLE_WORK;
  if (layout.name === 'serial' || isShort) return count;
  const even = Math.floor(Math.sqrt(count / turns));
  const most = windowsOfTile * Math.max(1, Math.floor(MOST_TURNS / turns));
  return Math.min(count, most, Math.max(even, togetherOf(layout, count, threads)));
}

/** Whether so many threads are enough for each to take a large tile of results. */
export function areMany({ name }: Layout, threads: number): boolean {
  return name === 'serial' || threads >= ENOUGH_THREADS / 4;
}
