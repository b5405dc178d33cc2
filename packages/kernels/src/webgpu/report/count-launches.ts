import type { PlanLimits } from '../../plan/step-plan.ts';
import type { BufferSpec } from '../launch/buffer-spec.ts';
import { gridOf, type Launch } from '../launch/launch.ts';
import type { Layout } from '../launch/layout.ts';

/** A dispatch in numbers, from what it is launched with. */
export interface DispatchCount {
  /** The kernel. */
  readonly name: string;
  readonly workgroups: number;
  readonly workgroupThreads: number;
  /** Of all threads, those that have work. */
  readonly usefulThreads: number;
  /** Turns of loops that one thread makes, at most. */
  readonly turns: number;
  /** Floating-point operations, a multiply-add being two. */
  readonly operations: number;
  /** Of the buffers that are read, each once. */
  readonly readBytes: number;
  readonly writtenBytes: number;
  /** How often a byte that is read is asked for. */
  readonly reuse: number;
  readonly barriers: number;
  /** Of 32 bits, that a thread holds values in, about. */
  readonly registers: number;
  /** Memory that a workgroup shares. */
  readonly workgroupBytes: number;
}

/** What kernels take that hold a few vectors. */
const FEW_REGISTERS = 32;

export function countLaunch(launch: Launch, layout: Layout, limits: PlanLimits): DispatchCount {
  const { shader, buffers, writes, threads, work } = launch;
  const { workgroups, workgroupThreads } = gridOf(launch, layout, limits);
  const read = new Set<BufferSpec>();
  for (const [binding, spec] of Object.entries(buffers)) {
    if (spec && !writes.includes(Number(binding))) read.add(spec);
  }
  const bound = [...read].reduce((sum, { byteLength }) => sum + byteLength, 0);
  const readBytes = Math.min(bound, 4 * work.loads);
  return {
    name: shader.label.replace(/\.wgsl$/, ''),
    workgroups,
    workgroupThreads,
    usefulThreads: threads,
    turns: work.turns,
    operations: work.operations,
    readBytes,
    writtenBytes: 4 * work.stores,
    reuse: readBytes === 0 ? 1 : (4 * work.loads) / readBytes,
    barriers: work.barriers ?? 0,
    registers: work.registers ?? FEW_REGISTERS,
    workgroupBytes: work.workgroupBytes ?? 0,
  };
}
