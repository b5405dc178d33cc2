import { mapsPerInput } from '../ablation/class-selection.ts';
import type { AblationInput, AblationOutput, AblationValue, ClassSelection } from '../ablation/contract.ts';
import { throwIfAborted, validateInput } from '../ablation/validate.ts';
import type { Cut } from '../graph/cut.ts';
import type { Graph, NodeId } from '../graph/graph.ts';
import { twoLogitRows } from '../graph/two-logits.ts';
import { lowerNetworkPlan } from '../lowering/lower-network-plan.ts';
import type { Tensor } from '../lowering/program.ts';
import type { StepPlan } from '../plan/step-plan.ts';
import { RunResults } from '../reference/run-results.ts';
import { weighInputs } from './logit-drops.ts';
import { PlanPrograms } from './plan-programs.ts';
import type { ProgramEngine } from './program-engine.ts';
import { offRows } from './run-input.ts';

/** Inputs of a network that are ablated together. */
export interface NetworkAblationInput extends Omit<
  AblationInput,
  'activation' | 'logits' | 'constants' | 'ablation'
> {
  /** The values of the network's inputs, `[inputs, ...shape]` each. */
  readonly feeds: ReadonlyMap<NodeId, Float32Array>;
  /** What stands for "off" without the activation being known. */
  readonly ablation: Extract<AblationValue, { readonly kind: 'values' }>;
}

export interface NetworkAblationOutput extends AblationOutput {
  /** The target's output, `[inputs, ...positions, channels]`. */
  readonly activation: Float32Array;
  /** What the pass through the network took, in milliseconds. */
  readonly forwardMs: number;
}

/**
 * A network and a plan as one program, from the network's inputs to the weights: what is computed on the way to the logits is
 * not computed again for the plan, and does not leave the library in between.
 */
export class NetworkAblation {
  readonly plan: StepPlan;
  readonly #engine: ProgramEngine;
  readonly #programs: PlanPrograms;

  private constructor(engine: ProgramEngine, programs: PlanPrograms) {
    this.#engine = engine;
    this.#programs = programs;
    this.plan = programs.plan;
  }

  /**
   * Uploads the weights of the network; the caller disposes of the result.
   *
   * @param plan of the cut's tail
   * @throws KernelsError `unsupported-operation` for an operation without a rule on the way to the logits; what the engine throws
   */
  static async prepare(
    engine: ProgramEngine,
    graph: Graph,
    cut: Cut,
    plan: StepPlan,
  ): Promise<NetworkAblation> {
    const programs = new PlanPrograms(engine, plan, (kernels, options) =>
      lowerNetworkPlan(graph, cut, plan, kernels, options),
    );
    await programs.load(programs.chunkSizes(1, 1).variants);
    return new NetworkAblation(engine, programs);
  }

  /** How many inputs a run may take. */
  mostInputs(inputs: number, classes: ClassSelection): number {
    return this.#programs.chunkSizes(inputs, mapsPerInput(classes, this.plan.classes)).inputs;
  }

  /** @throws KernelsError `invalid-input`, and what the engine throws; the signal's reason */
  async run({ feeds, ...wanted }: NetworkAblationInput): Promise<NetworkAblationOutput> {
    const { plan } = this;
    const { inputs, classes, signal } = wanted;
    const begun = performance.now();
    const { variants } = this.#programs.chunkSizes(inputs, mapsPerInput(classes, plan.classes));
    const ready = await this.#programs.load(variants);
    const { given, off, fetched } = ready.program;
    const values = new Map<Tensor, Float32Array>();
    for (const { node, value } of given) {
      const data = feeds.get(node);
      if (value !== null && data) values.set(value, data);
    }
    if (off !== null) values.set(off, offRows({ ...wanted, activation: NOT_READ }, plan.channels, 0, inputs));
    const run = await ready.loaded.begin(values, inputs, signal);
    try {
      const [activation = NOT_READ, logits = NOT_READ] = await Promise.all(
        fetched.map((own) => run.read(own)),
      );
      const start = performance.now();
      const input = { ...wanted, activation, logits: twoLogitRows(logits, inputs, plan.classes) };
      // The plan's constants are computed on the way.
      validateInput({ ...plan, given: [] }, input);
      const results = new RunResults(plan, input, activation, input.logits);
      await weighInputs({
        plan,
        ready,
        run,
        input,
        chunk: { first: 0, inputs, variants },
        results,
        start,
        takeTurns: this.#engine.takeTurns,
      });
      input.onProgress?.(inputs);
      throwIfAborted(signal);
      return { ...results.output, activation, forwardMs: start - begun };
    } finally {
      run.dispose();
    }
  }

  /** Frees the weights; may be called twice. */
  dispose(): void {
    this.#programs.dispose();
  }
}

const NOT_READ = new Float32Array();
