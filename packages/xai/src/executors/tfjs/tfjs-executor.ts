import {
  KernelsError,
  kernelsInTurns,
  LastStep,
  lastStepOf,
  lowerPlan,
  mapsPerInput,
  planSteps,
  RunResults,
  throwIfAborted,
  validateInput,
  type AblationInput,
  type AblationOutput,
  type Executor,
  type Plan,
  type PreparedAblation,
  type Program,
  type StepPlan,
} from '@ablation-cam/kernels';
import { takeTurns } from '../../runtime/turn.ts';
import { MOST_OPERATIONS, tfjsChunkSizes } from './chunk-sizes.ts';
import { LoadedProgram } from './loaded-program.ts';
import { eachLogitDrop } from './logit-drops.ts';
import { onCpu } from './run-input.ts';

/**
 * Returns the executor that runs plans with TensorFlow.js's operations on its current backend: for machines without a GPU,
 * where WASM does what the kernels of this project do elsewhere. Plans for a single dispatch are planned again in steps.
 * Logit deltas are float32, everything made of them float64.
 */
export function tfjsExecutor(): Executor {
  return {
    name: 'tfjs',
    adapter: null,
    prepare: async (plan) => {
      const steps = plan.kind === 'steps' ? plan : planSteps(plan.tail);
      const prepared = new TfjsAblation(plan, steps);
      // As a run with one map takes it; others rarely differ.
      await prepared.load(tfjsChunkSizes(steps, 1, 1).variants);
      return prepared;
    },
  };
}

class TfjsAblation implements PreparedAblation {
  readonly plan: Plan;
  readonly #steps: StepPlan;
  readonly #loaded = new Map<Program['variants'], LoadedProgram>();
  readonly #loading = new Map<Program['variants'], Promise<LoadedProgram>>();
  #isDisposed = false;

  constructor(plan: Plan, steps: StepPlan) {
    this.plan = plan;
    this.#steps = steps;
  }

  /** The program for chunks of so many variants, lowered and uploaded once. */
  async load(variants: number): Promise<LoadedProgram> {
    const kind = variants === this.#steps.channels ? 'all' : 'chunks';
    const known = this.#loaded.get(kind);
    if (known) return known;
    const loading = this.#loading.get(kind) ?? this.#load(kind);
    this.#loading.set(kind, loading);
    try {
      return await loading;
    } finally {
      this.#loading.delete(kind);
    }
  }

  async run(input: AblationInput): Promise<AblationOutput> {
    validateInput(this.#steps, input);
    const results = new RunResults(this.plan, input, onCpu(input.activation), onCpu(input.logits));
    const maps = mapsPerInput(input.classes, this.plan.classes);
    const { inputs, variants } = tfjsChunkSizes(this.#steps, input.inputs, maps);
    const loaded = await this.load(variants);
    for (let first = 0; first < input.inputs; first += inputs) {
      const start = performance.now();
      const chunk = { first, inputs: Math.min(inputs, input.inputs - first), variants };
      const weights = Array.from({ length: chunk.inputs }, (_, n) => results.open(first + n));
      await eachLogitDrop(this.#steps, loaded, input, chunk, (n, channel, drops) => {
        weights[n]?.add(channel, drops);
      });
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
    for (const loaded of this.#loaded.values()) loaded.dispose();
    this.#loaded.clear();
  }

  async #load(kind: Program['variants']): Promise<LoadedProgram> {
    const kernels = await kernelsInTurns(this.#steps, takeTurns);
    const options = { variants: kind, mostOperations: MOST_OPERATIONS, leavesLastStep: true };
    const last = lastStepOf(this.#steps);
    const weights = last && kernels.get(last.kernel);
    const lastStep = weights ? new LastStep(last, weights) : null;
    const loaded = await LoadedProgram.load(lowerPlan(this.#steps, kernels, options), lastStep);
    if (this.#isDisposed) {
      loaded.dispose();
      throw new KernelsError('invalid-input', 'The prepared plan was disposed of; prepare it again.');
    }
    this.#loaded.set(kind, loaded);
    return loaded;
  }
}
