import { mapsPerInput } from '../ablation/class-selection.ts';
import type { AblationInput, AblationOutput, PreparedAblation } from '../ablation/contract.ts';
import { throwIfAborted, validateInput } from '../ablation/validate.ts';
import { isWithoutEffect, outputWithoutEffect } from '../ablation/without-effect.ts';
import { lowerPlan, type PlanProgram } from '../lowering/lower-plan.ts';
import type { Tensor } from '../lowering/program.ts';
import type { Plan } from '../plan/plan.ts';
import { planSteps } from '../plan/plan-steps.ts';
import type { StepPlan } from '../plan/step-plan.ts';
import { RunResults } from '../reference/run-results.ts';
import { weighInputs } from './logit-drops.ts';
import { PlanPrograms } from './plan-programs.ts';
import type { ProgramEngine } from './program-engine.ts';
import { offRows, onCpu, rowsOf } from './run-input.ts';

/** A plan that a library has prepared. */
export class ProgramAblation implements PreparedAblation {
  readonly plan: Plan;
  readonly #engine: ProgramEngine;
  readonly #programs: PlanPrograms;

  private constructor(engine: ProgramEngine, plan: Plan, programs: PlanPrograms) {
    this.#engine = engine;
    this.plan = plan;
    this.#programs = programs;
  }

  /** Uploads what a plan needs whatever the input. @throws what the engine throws */
  static async prepare(engine: ProgramEngine, plan: Plan): Promise<ProgramAblation> {
    const steps = plan.kind === 'steps' ? plan : planSteps(plan.tail);
    const programs = new PlanPrograms(engine, steps, (kernels, options) =>
      lowerPlan(steps, kernels, options),
    );
    // As a run with one map takes it; others rarely differ.
    await programs.load(programs.chunkSizes(1, 1).variants);
    return new ProgramAblation(engine, plan, programs);
  }

  async run(input: AblationInput): Promise<AblationOutput> {
    const { plan: steps } = this.#programs;
    validateInput(steps, input);
    const logits = onCpu(input.logits);
    if (isWithoutEffect(steps, input)) return outputWithoutEffect(steps, input, logits);
    const { takeTurns } = this.#engine;
    const results = new RunResults(this.plan, input, onCpu(input.activation), logits);
    const maps = mapsPerInput(input.classes, this.plan.classes);
    const { inputs, variants } = this.#programs.chunkSizes(input.inputs, maps);
    const ready = await this.#programs.load(variants);
    for (let first = 0; first < input.inputs; first += inputs) {
      const start = performance.now();
      const chunk = { first, inputs: Math.min(inputs, input.inputs - first), variants };
      const given = broughtAlong(steps, ready.program, input, first, chunk.inputs);
      const run = await ready.loaded.begin(given, chunk.inputs, input.signal);
      try {
        await weighInputs({ plan: steps, ready, run, input, chunk, results, start, takeTurns });
      } finally {
        run.dispose();
      }
      input.onProgress?.(first + chunk.inputs);
      throwIfAborted(input.signal);
    }
    return results.output;
  }

  dispose(): void {
    this.#programs.dispose();
  }
}

/** What the run brings along and the program reads. */
function broughtAlong(
  { tail, channels }: StepPlan,
  { given, off }: Pick<PlanProgram, 'given' | 'off'>,
  input: AblationInput,
  first: number,
  inputs: number,
): Map<Tensor, Float32Array> {
  const values = new Map<Tensor, Float32Array>();
  for (const { node, value } of given) {
    const source = node === tail.target ? input.activation : (input.constants?.get(node) ?? []);
    const rows = rowsOf(onCpu(source), input.inputs, first, inputs);
    if (value !== null) values.set(value, rows);
  }
  if (off !== null) values.set(off, offRows(input, channels, first, inputs));
  return values;
}
