import {
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
  type StepPlan,
} from '@ablation-cam/kernels';
import { tfjsChunkSizes } from './chunk-sizes.ts';
import { onCpu, StepProgram } from './step-program.ts';

/**
 * Returns the executor that runs plans with TensorFlow.js's operations on its current backend: for machines without a GPU,
 * where WASM does what the kernels of this project do elsewhere. Plans for a single dispatch are planned again in steps.
 * Logit deltas are float32, everything made of them float64.
 */
export function tfjsExecutor(): Executor {
  return {
    name: 'tfjs',
    adapter: null,
    // A rejection, not an exception, also where the plan cannot be compiled.
    prepare: (plan) => Promise.resolve().then(() => new TfjsAblation(plan)),
  };
}

class TfjsAblation implements PreparedAblation {
  readonly plan: Plan;
  readonly #steps: StepPlan;
  readonly #program: StepProgram;

  constructor(plan: Plan) {
    this.plan = plan;
    this.#steps = plan.kind === 'steps' ? plan : planSteps(plan.tail);
    this.#program = new StepProgram(this.#steps);
  }

  async run(input: AblationInput): Promise<AblationOutput> {
    validateInput(this.#steps, input);
    const results = new RunResults(this.plan, input, onCpu(input.activation), onCpu(input.logits));
    const maps = mapsPerInput(input.classes, this.plan.classes);
    const { inputs, variants } = tfjsChunkSizes(this.#steps, input.inputs, maps);
    for (let first = 0; first < input.inputs; first += inputs) {
      const start = performance.now();
      const chunk = { first, inputs: Math.min(inputs, input.inputs - first), variants };
      const weights = Array.from({ length: chunk.inputs }, (_, n) => results.open(first + n));
      await this.#program.eachLogitDrop(input, chunk, (n, channel, drops) => {
        weights[n]?.add(channel, drops);
      });
      results.output.timings.ablationMs += performance.now() - start;
      weights.forEach((own, n) => {
        results.close(first + n, own);
      });
      input.onProgress?.(first + chunk.inputs);
      throwIfAborted(input.signal);
    }
    return results.output;
  }

  dispose(): void {
    this.#program.dispose();
  }
}
