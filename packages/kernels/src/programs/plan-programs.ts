import { KernelsError } from '../errors.ts';
import { kernelsInTurns } from '../lowering/kernels-in-turns.ts';
import { LastStep, lastStepOf } from '../lowering/last-step.ts';
import type { LoweringOptions, PlanProgram } from '../lowering/lower-plan.ts';
import type { ChunkSizes } from '../plan/chunk-sizes.ts';
import type { StepPlan } from '../plan/step-plan.ts';
import type { Weights, WeightValues } from '../plan/weights.ts';
import { programChunkSizes } from './chunk-sizes.ts';
import type { LoadedProgram, ProgramEngine } from './program-engine.ts';

/** Programs of one plan that are kept: runs of other numbers of inputs and maps may take other chunks. */
const MOST_PROGRAMS = 2;

/** A program that is ready to run, and what is not done by it. */
export interface ReadyProgram {
  /** Without the constants, whose arrays may be forgotten once they are uploaded. */
  readonly program: Omit<PlanProgram, 'constants'>;
  readonly loaded: LoadedProgram;
  /** What the CPU does behind the program; null where the program does all. */
  readonly lastStep: LastStep | null;
}

/** Writes a plan as a program. */
export type LowerProgram = (
  kernels: ReadonlyMap<Weights, WeightValues>,
  options: LoweringOptions,
) => PlanProgram;

/** The programs of one plan, for chunks of different sizes; each is lowered and uploaded once. */
export class PlanPrograms {
  readonly plan: StepPlan;
  readonly #engine: ProgramEngine;
  readonly #lower: LowerProgram;
  readonly #ready = new Map<number, ReadyProgram>();
  readonly #loading = new Map<number, Promise<ReadyProgram>>();
  #isDisposed = false;

  constructor(engine: ProgramEngine, plan: StepPlan, lower: LowerProgram) {
    this.#engine = engine;
    this.plan = plan;
    this.#lower = lower;
  }

  /** @throws KernelsError `too-large` where not even one variant fits */
  chunkSizes(inputs: number, maps: number): ChunkSizes {
    return programChunkSizes(this.plan, inputs, maps, this.#engine.chunks);
  }

  /** The program for chunks of so many variants. */
  async load(variants: number): Promise<ReadyProgram> {
    // Zero stands for any number but all.
    const key = this.#engine.takesAnyChunk && variants < this.plan.channels ? 0 : variants;
    const known = this.#ready.get(key);
    if (known) return known;
    const loading = this.#loading.get(key) ?? this.#load(key, variants);
    this.#loading.set(key, loading);
    try {
      return await loading;
    } finally {
      this.#loading.delete(key);
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const { loaded } of this.#ready.values()) loaded.dispose();
    this.#ready.clear();
  }

  async #load(key: number, chunk: number): Promise<ReadyProgram> {
    const { plan } = this;
    const { mostOperations, takesGroups, skipsZeroCells, takeTurns } = this.#engine;
    const kernels = await kernelsInTurns(plan, takeTurns);
    const all = plan.channels;
    const variants = chunk === all ? 'all' : 'chunks';
    const { constants, ...program } = this.#lower(kernels, {
      variants,
      mostOperations,
      takesGroups,
      skipsZeroCells,
      leavesLastStep: true,
    });
    const last = lastStepOf(plan);
    const weights = last && kernels.get(last.kernel);
    const lastStep = weights ? new LastStep(last, weights) : null;
    const loaded = await this.#engine.load({ ...program, constants }, { chunk, all }, { plan, lastStep });
    if (this.#isDisposed) {
      loaded.dispose();
      throw new KernelsError('invalid-input', 'The prepared plan was disposed of; prepare it again.');
    }
    for (const [old, { loaded: unused }] of [...this.#ready].slice(0, 1 - MOST_PROGRAMS)) {
      unused.dispose();
      this.#ready.delete(old);
    }
    const ready = { program, loaded, lastStep };
    this.#ready.set(key, ready);
    return ready;
  }
}
