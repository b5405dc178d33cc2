/** Threads of a workgroup whose rows work on one thing each. */
export const ROW_THREADS = 64;

/** Workgroups in rows, as the kernels of this folder take them. */
export interface RowSplit {
  /** Threads that work on one thing: a power of two. */
  readonly lanes: number;
  readonly workgroups: number;
  /** Barriers of one sum over a row. */
  readonly barriers: number;
  /** What `lanes.wgsl` hands sums over in. */
  readonly workgroupBytes: number;
}

/** Lays `count` things out, each of which has `turns` turns to share out among at most a workgroup's threads. */
export function rowsOf(count: number, turns: number): RowSplit {
  const lanes = Math.min(ROW_THREADS, 2 ** Math.ceil(Math.log2(Math.max(1, turns))));
  const workgroups = Math.ceil(count / (ROW_THREADS / lanes));
  return { lanes, workgroups, barriers: Math.log2(lanes) + 2, workgroupBytes: 16 * ROW_THREADS };
}
