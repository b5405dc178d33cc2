import type { Overrides, Shader } from '../../device/pipeline-cache.ts';
import type { PlanLimits } from '../../plan/step-plan.ts';
import type { BufferSpec } from './buffer-spec.ts';
import type { Layout } from './layout.ts';

/** A shader with the overrides that leave out what a launch does not need, besides `THREADS`. */
export interface Kernel {
  readonly shader: Shader;
  readonly overrides: Overrides;
  /** Threads of a workgroup, where the layout's do not suit; `THREADS` in the shader. */
  readonly workgroupThreads?: number;
}

/** One dispatch as plain data: a shader, what it is bound to, how its threads are laid out, and what it does. */
export interface Launch extends Kernel {
  /** Contents of the uniform buffers at bindings 0, 1, ... */
  readonly uniforms: readonly Uint32Array<ArrayBuffer>[];
  /** Storage buffers by binding; one that a shader declares and this launch does not read may be left out. */
  readonly buffers: Readonly<Record<number, BufferSpec | null>>;
  /** The bindings that are written. */
  readonly writes: readonly number[];
  /** Threads that have work. */
  readonly threads: number;
  /** Workgroups, where threads of one work together. Default: as many as hold the threads, one after the other. */
  readonly workgroups?: number;
  readonly work: LaunchWork;
}

/** What a launch does, counted where its threads are. */
export interface LaunchWork {
  /** Turns of the innermost loop that one thread makes, at most. */
  readonly turns: number;
  /** Floating-point operations of all threads together; a multiply-add is two. */
  readonly operations: number;
  /** Float32 numbers that threads ask for together, before caches. */
  readonly loads: number;
  /** Float32 numbers written. */
  readonly stores: number;
  /** Barriers that a thread waits at. Default: 0. */
  readonly barriers?: number;
  /** Of 32 bits, that a thread holds values in at a time, counted in the shader's source. Default: few. */
  readonly registers?: number;
  /** Memory of a workgroup. Default: 0. */
  readonly workgroupBytes?: number;
}

/** How a launch is dispatched. */
export interface DispatchGrid {
  readonly workgroups: number;
  readonly workgroupThreads: number;
  /** Workgroups along the first and the second axis; at the end there may be some without work. */
  readonly size: readonly [number, number];
}

/** Returns the grid of a launch. Workgroups are counted along one axis, and folded where they pass what an axis may hold. */
export function gridOf(
  {
    threads,
    workgroups: own,
    workgroupThreads: ownThreads,
  }: Pick<Launch, 'threads' | 'workgroups' | 'workgroupThreads'>,
  { threads: usual }: Layout,
  { maxComputeWorkgroupsPerDimension: most }: Pick<PlanLimits, 'maxComputeWorkgroupsPerDimension'>,
): DispatchGrid {
  const workgroupThreads = ownThreads ?? usual;
  const workgroups = own ?? Math.ceil(threads / workgroupThreads);
  const rows = Math.ceil(workgroups / most);
  return { workgroups, workgroupThreads, size: [Math.ceil(workgroups / rows), rows] };
}

/** The bits of a float32, for a uniform buffer. */
export function floatBits(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
}
