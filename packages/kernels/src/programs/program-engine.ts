import type { ExecutorName } from '../ablation/contract.ts';
import type { Chunk } from '../lowering/length.ts';
import type { Program, Tensor } from '../lowering/program.ts';

/** What a library does for plans: it runs lowered programs. */
export interface ProgramEngine {
  readonly name: ExecutorName;
  readonly chunks: ChunkLimits;
  /** Multiply-adds that a node may take for one input or variant; layers that pass it are computed in parts of their filters. */
  readonly mostOperations: number;
  /** Whether it convolves in groups; otherwise it is given kernels with zeros. */
  readonly takesGroups: boolean;
  /** Whether a program that was loaded takes any number of variants at a time, or only those it was loaded for. */
  readonly takesAnyChunk: boolean;
  /**
   * Uploads the constants; the caller disposes of the result.
   *
   * @param variants that go in one chunk, and all that there are
   */
  load(program: Program, variants: { readonly chunk: number; readonly all: number }): Promise<LoadedProgram>;
  /** Lets others on the thread have their turn, where it is time. */
  readonly takeTurns: () => Promise<void>;
}

/** How much may go in one chunk of variants. */
export interface ChunkLimits {
  /** What the deltas of a chunk may take: where they stay in the cache of a CPU, steps take half the time. */
  readonly bytes: number;
  /** Multiply-adds of a step, which others wait for. A single variant may take more. */
  readonly operations: number;
}

/** A program with its constants uploaded. */
export interface LoadedProgram {
  /**
   * Does `Program.once` for some inputs; the caller disposes of the result.
   *
   * @param given by the tensors of the program that a run brings along
   * @throws the signal's reason
   */
  begin(
    given: ReadonlyMap<Tensor, Float32Array>,
    inputs: number,
    signal: AbortSignal | undefined,
  ): Promise<ProgramRun>;
  /** May be called twice. */
  dispose(): void;
}

/** The tensors of some inputs. */
export interface ProgramRun {
  /** Does `Program.each` for a chunk of variants. @throws the signal's reason */
  each(chunk: Chunk, signal: AbortSignal | undefined): Promise<void>;
  /** A tensor of the program's output, of the chunk before. */
  read(tensor: Tensor): Promise<Float32Array>;
  dispose(): void;
}
