import type { ExecutorName, Score } from '../ablation/contract.ts';
import type { LastStep } from '../lowering/last-step.ts';
import type { Chunk } from '../lowering/length.ts';
import type { PlanProgram } from '../lowering/lower-plan.ts';
import type { Tensor } from '../lowering/program.ts';
import type { StepPlan } from '../plan/step-plan.ts';

/** What a library does for plans: it runs lowered programs. */
export interface ProgramEngine {
  readonly name: ExecutorName;
  readonly chunks: ChunkLimits;
  /** Multiply-adds that a node may take for one input or variant; layers that pass it are computed in parts of their filters. */
  readonly mostOperations: number;
  /** Whether it convolves in groups; otherwise it is given kernels with zeros. */
  readonly takesGroups: boolean;
  /** Whether it leaves out of the convolutions of chunks what is multiplied by cells that are 0 in all of a chunk. */
  readonly skipsZeroCells: boolean;
  /** Whether a program that was loaded takes any number of variants at a time, or only those it was loaded for. */
  readonly takesAnyChunk: boolean;
  /**
   * Uploads the constants; the caller disposes of the result.
   *
   * @param variants that go in one chunk, and all that there are
   * @param end of the plan
   */
  load(
    program: PlanProgram,
    variants: { readonly chunk: number; readonly all: number },
    end: ProgramEnd,
  ): Promise<LoadedProgram>;
  /** Lets others on the thread have their turn, where it is time. */
  readonly takeTurns: () => Promise<void>;
}

/** What comes behind a program. */
export interface ProgramEnd {
  readonly plan: StepPlan;
  /** What the CPU does; null where the program does all. */
  readonly lastStep: LastStep | null;
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
  /**
   * What the engine weighs by itself, where it can: the whole of a run of a program that begins at the network's inputs, of
   * one class. Returns null where it cannot, or where not all of it is finite.
   *
   * @throws the signal's reason
   */
  weigh?(
    given: ReadonlyMap<Tensor, Float32Array>,
    inputs: number,
    wanted: WantedWeights,
  ): Promise<Weighed | null>;
  /** May be called twice. */
  dispose(): void;
}

/** Whose weights are wanted, as relative drops. */
export interface WantedWeights {
  readonly classIndex: number | 'predicted';
  readonly score: Score;
  readonly signal: AbortSignal | undefined;
}

/** Finite. */
export interface Weighed {
  /** Of the network, `[inputs, ...]`. */
  readonly logits: Float32Array;
  /** `[inputs, channels]` */
  readonly weights: Float32Array;
  /** sum_k w_k A_k, `[inputs, ...positions]`, summed in float32 */
  readonly map: Float32Array;
  /** As in `ProgramRun`. */
  readonly operationsLeftOut: number;
}

/** The tensors of some inputs. */
export interface ProgramRun {
  /** Multiply-adds with 0 that were left out so far. */
  readonly operationsLeftOut: number;
  /** Does `Program.each` for a chunk of variants. @throws the signal's reason */
  each(chunk: Chunk, signal: AbortSignal | undefined): Promise<void>;
  /** A tensor of the program's output, of the chunk before. */
  read(tensor: Tensor): Promise<Float32Array>;
  dispose(): void;
}
