import { mapsPerInput } from '../ablation/class-selection.ts';
import type { AblationInput, AblationOutput, Executor, PreparedAblation } from '../ablation/contract.ts';
import { throwIfAborted, validateInput } from '../ablation/validate.ts';
import { KernelsError } from '../errors.ts';
import { kernelsInTurns } from '../lowering/kernels-in-turns.ts';
import { LastStep, lastStepOf } from '../lowering/last-step.ts';
import { lowerPlan } from '../lowering/lower-plan.ts';
import type { ChunkSizes } from '../plan/chunk-sizes.ts';
import type { Plan } from '../plan/plan.ts';
import { planSteps } from '../plan/plan-steps.ts';
import type { StepPlan } from '../plan/step-plan.ts';
import { RunResults } from '../reference/run-results.ts';
import { programChunkSizes } from './chunk-sizes.ts';
import { eachLogitDrop, type PlanProgram } from './logit-drops.ts';
import type { ProgramEngine } from './program-engine.ts';
import { onCpu } from './run-input.ts';

/** Programs of one plan that are kept: runs of other numbers of inputs and maps may take other chunks. */
const MOST_PROGRAMS = 2;

/**
 * Returns the executor that runs plans on a library of ordinary operations. Plans for a single dispatch are planned again in
 * steps. Logit deltas are float32, everything made of them float64.
 */
export function programExecutor(engine: ProgramEngine): Executor {
  return {
    name: engine.name,
    adapter: null,
    prepare: async (plan) => {
      const steps = plan.kind === 'steps' ? plan : planSteps(plan.tail);
      const prepared = new ProgramAblation(engine, plan, steps);
      // As a run with one map takes it; others rarely differ.
      await prepared.load(prepared.chunkSizes(1, 1).variants);
      return prepared;
    },
  };
}

class ProgramAblation implements PreparedAblation {
  readonly plan: Plan;
  readonly #engine: ProgramEngine;
  readonly #steps: StepPlan;
  readonly #loaded = new Map<number, PlanProgram>();
  readonly #loading = new Map<number, Promise<PlanProgram>>();
  #isDisposed = false;

  constructor(engine: ProgramEngine, plan: Plan, steps: StepPlan) {
    this.#engine = engine;
    this.plan = plan;
    this.#steps = steps;
  }

  chunkSizes(inputs: number, maps: number): ChunkSizes {
    return programChunkSizes(this.#steps, inputs, maps, this.#engine.chunks);
  }

  /** The program for chunks of so many variants, lowered and uploaded once. */
  async load(variants: number): Promise<PlanProgram> {
    // Zero stands for any number but all.
    const key = this.#engine.takesAnyChunk && variants < this.#steps.channels ? 0 : variants;
    const known = this.#loaded.get(key);
    if (known) return known;
    const loading = this.#loading.get(key) ?? this.#load(key, variants);
    this.#loading.set(key, loading);
    try {
      return await loading;
    } finally {
      this.#loading.delete(key);
    }
  }

  async run(input: AblationInput): Promise<AblationOutput> {
    validateInput(this.#steps, input);
    const { takeTurns } = this.#engine;
    const results = new RunResults(this.plan, input, onCpu(input.activation), onCpu(input.logits));
    const maps = mapsPerInput(input.classes, this.plan.classes);
    const { inputs, variants } = this.chunkSizes(input.inputs, maps);
    const program = await this.load(variants);
    for (let first = 0; first < input.inputs; first += inputs) {
      const start = performance.now();
      const chunk = { first, inputs: Math.min(inputs, input.inputs - first), variants };
      const weights = Array.from({ length: chunk.inputs }, (_, n) => results.open(first + n));
      const take = (n: number, channel: number, drops: Float64Array): void => {
        weights[n]?.add(channel, drops);
      };
      await eachLogitDrop(this.#steps, program, input, chunk, take, takeTurns);
      results.output.timings.ablationMs += performance.now() - start;
      for (const [n, own] of weights.entries()) {
        await takeTurns();
        throwIfAborted(input.signal);
        results.close(first + n, own);
      }
      input.onProgress?.(first + chunk.inputs);
      throwIfAborted(input.signal);
    }
    return results.output;
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const { loaded } of this.#loaded.values()) loaded.dispose();
    this.#loaded.clear();
  }

  async #load(key: number, chunk: number): Promise<PlanProgram> {
    const steps = this.#steps;
    const { mostOperations, takesGroups, takeTurns } = this.#engine;
    const kernels = await kernelsInTurns(steps, takeTurns);
    const all = steps.channels;
    const variants = chunk === all ? 'all' : 'chunks';
    const { constants, ...program } = lowerPlan(steps, kernels, {
      variants,
      mostOperations,
      takesGroups,
      leavesLastStep: true,
    });
    const last = lastStepOf(steps);
    const weights = last && kernels.get(last.kernel);
    const lastStep = weights ? new LastStep(last, weights) : null;
    const loaded = await this.#engine.load({ ...program, constants }, { chunk, all });
    if (this.#isDisposed) {
      loaded.dispose();
      throw new KernelsError('invalid-input', 'The prepared plan was disposed of; prepare it again.');
    }
    for (const [old, { loaded: unused }] of [...this.#loaded].slice(0, 1 - MOST_PROGRAMS)) {
      unused.dispose();
      this.#loaded.delete(old);
    }
    this.#loaded.set(key, { program, loaded, lastStep });
    return { program, loaded, lastStep };
  }
}
