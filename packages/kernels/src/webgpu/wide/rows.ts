import type { Shader } from '../../device/pipeline-cache.ts';
import type { Layout } from '../launch/layout.ts';

/** Threads of a workgroup whose rows work on one thing each. */
export const ROW_THREADS = 64;

/** Workgroups in rows, as the kernels of this folder take them. */
export interface RowSplit {
  /** Threads that work on one thing: a power of two. */
  readonly lanes: number;
  readonly workgroups: number;
  /** Barriers of one sum over a row. */
  readonly barriers: number;
  /** What sums are handed over in. */
  readonly workgroupBytes: number;
}

/** A kernel whose threads hand sums over in workgroup memory alone, or in subgroups first. */
export interface RowsShader {
  readonly memory: Shader;
  readonly subgroups: Shader;
}

export function rowsShader({ memory, subgroups }: RowsShader, { hasSubgroups }: Layout): Shader {
  return hasSubgroups ? subgroups : memory;
}

/** Lays `count` things out, each of which has `turns` turns to share out among at most a workgroup's threads. */
export function rowsOf({ hasSubgroups }: Layout, count: number, turns: number): RowSplit {
  const lanes = Math.min(ROW_THREADS, 2 ** Math.ceil(Math.log2(Math.max(1, turns))));
  const workgroups = Math.ceil(count / (ROW_THREADS / lanes));
  const barriers = hasSubgroups ? 2 : Math.log2(lanes) + 2;
  return { lanes, workgroups, barriers, workgroupBytes: 16 * ROW_THREADS };
}
