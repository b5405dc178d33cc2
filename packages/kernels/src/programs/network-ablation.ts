import { KernelsError } from '../errors.ts';
import { classesOf, mapsPerInput } from '../ablation/class-selection.ts';
import type { AblationInput, AblationOutput, AblationValue, ClassSelection } from '../ablation/contract.ts';
import { openOutput } from '../ablation/open-output.ts';
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
import type { LoadedProgram, ProgramEngine } from './program-engine.ts';
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

/** What a run through the network and its ablation gives: as an ablation by itself, and what came before it. */
export interface NetworkAblationOutput extends AblationOutput {
  /** The target's output, `[inputs, ...positions, channels]`; null where it was not needed, and is finite. */
  readonly activation: Float32Array | null;
  /** What the pass through the network took, in milliseconds; all of it where the engine weighs as well. */
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

  /** @throws KernelsError `too-large` for more than `mostInputs`, `invalid-input`, and what the engine throws; the signal's reason */
  async run({ feeds, ...wanted }: NetworkAblationInput): Promise<NetworkAblationOutput> {
    const { plan } = this;
    const { inputs, classes, signal } = wanted;
    const begun = performance.now();
    const { inputs: most, variants } = this.#programs.chunkSizes(inputs, mapsPerInput(classes, plan.classes));
    if (inputs > most) {
      throw new KernelsError(
        'too-large',
        `Of ${inputs} inputs ${most} fit together; run parts of the batch.`,
      );
    }
    const ready = await this.#programs.load(variants);
    const { given, off, fetched } = ready.program;
    const values = new Map<Tensor, Float32Array>();
    for (const { node, value } of given) {
      const data = feeds.get(node);
      if (value !== null && data) values.set(value, data);
    }
    if (off !== null) values.set(off, offRows({ ...wanted, activation: NOT_READ }, plan.channels, 0, inputs));
    const weighed = await this.#weighed(ready.loaded, values, wanted, begun);
    if (weighed) return weighed;
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

  /** The same where the engine weighs by itself; null where it does not. */
  async #weighed(
    loaded: LoadedProgram,
    values: ReadonlyMap<Tensor, Float32Array>,
    wanted: Omit<NetworkAblationInput, 'feeds'>,
    begun: number,
  ): Promise<NetworkAblationOutput | null> {
    const { plan } = this;
    const { inputs, classes, score, signal, weighting, ablatedScores } = wanted;
    const classIndex = onlyClass(classes, plan.classes);
    if (!loaded.weigh || classIndex === null || weighting !== 'relative-drop' || ablatedScores) return null;
    const found = await loaded.weigh(values, inputs, { classIndex, score, signal });
    if (!found) return null;
    const output = openOutput(plan, inputs, 1, false);
    output.logits.set(twoLogitRows(found.logits, inputs, plan.classes));
    for (let n = 0; n < inputs; n++) {
      const logits = output.logits.subarray(n * plan.classes, (n + 1) * plan.classes);
      output.classIndices.set(classesOf(classes, logits), n);
    }
    output.operationsLeftOut = found.operationsLeftOut;
    output.weights.set(found.weights);
    output.mapSigned.set(found.map);
    for (let p = 0; p < found.map.length; p++) output.map[p] = Math.max(0, found.map[p]!);
    wanted.onProgress?.(inputs);
    throwIfAborted(signal);
    return { ...output, activation: null, forwardMs: performance.now() - begun };
  }

  /** Frees the weights; may be called twice. */
  dispose(): void {
    this.#programs.dispose();
  }
}

const NOT_READ = new Float32Array();

/** The class where a single one that there is was asked for. */
function onlyClass(classes: ClassSelection, count: number): number | 'predicted' | null {
  if (classes === 'predicted') return 'predicted';
  if (typeof classes === 'string' || 'topK' in classes) return null;
  const [index = -1, ...others] = classes;
  return others.length === 0 && Number.isInteger(index) && index >= 0 && index < count ? index : null;
}
