import type { AblationInput, AblationOutput, PreparedAblation, TensorSource } from '../ablation/contract.ts';
import { offValues } from '../ablation/off-values.ts';
import { throwIfAborted, validateInput } from '../ablation/validate.ts';
import { isWithoutEffect, outputWithoutEffect } from '../ablation/without-effect.ts';
import { KernelsError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { StepPlan } from '../plan/step-plan.ts';
import type { Weights, WeightValues } from '../plan/weights.ts';
import { sizeOf } from '../tail/shape.ts';
import type { InputWeights } from './input-weights.ts';
import { RunResults } from './run-results.ts';
import { SeparableDrops } from './separable-dense.ts';
import { eachLogitDelta, kernelsOf } from './steps/run-steps.ts';

/** An abort or a repaint gets its turn at least this often between inputs. */
const LONGEST_BLOCK_MS = 50;
/** Channels of a single dispatch's plan between two looks at the clock. */
const CHANNELS_TOGETHER = 64;

/** A plan, evaluated in plain TypeScript. */
export class ReferenceAblation implements PreparedAblation {
  readonly #kernels: ReadonlyMap<Weights, WeightValues>;

  constructor(readonly plan: Plan) {
    this.#kernels = plan.kind === 'steps' ? kernelsOf(plan) : new Map();
  }

  async run(input: AblationInput): Promise<AblationOutput> {
    validateInput(this.plan, input);
    const { classes } = this.plan;
    const logits = onCpu(input.logits);
    if (isWithoutEffect(this.plan, input)) return outputWithoutEffect(this.plan, input, logits);
    const results = new RunResults(this.plan, input, onCpu(input.activation), logits);
    const turn = turns(input.signal);
    for (let n = 0; n < input.inputs; n++) {
      const start = performance.now();
      const weights = results.open(n);
      const ownLogits = logits.subarray(n * classes, (n + 1) * classes);
      const leftOut = await this.weigh(input, n, results.activationOf(n), ownLogits, turn, weights);
      results.output.operationsLeftOut += leftOut;
      results.output.timings.ablationMs += performance.now() - start;
      results.close(n, weights);
      input.onProgress?.(n + 1);
      await turn();
    }
    return results.output;
  }

  dispose(): void {
    // Nothing is held outside the heap.
  }

  /** Weighs all channels of input n; returns how many multiply-adds were left out. */
  private async weigh(
    input: AblationInput,
    n: number,
    activation: Float32Array,
    logits: Float32Array,
    turn: () => Promise<void>,
    weights: InputWeights,
  ): Promise<number> {
    const { plan } = this;
    const off = offValues(input.ablation, plan.channels, n, activation);
    if (plan.kind === 'steps') {
      const given = {
        activation: Float64Array.from(activation),
        off,
        logits,
        constant: (node: number) => constantValue(plan, input, n, node),
        continueFrom: input.continueFrom,
        turn,
      };
      return eachLogitDelta(plan, this.#kernels, given, (channel, drops) => {
        weights.add(channel, drops);
      });
    }
    const { channels, classes, step } = plan;
    const separable = new SeparableDrops(step, channels);
    const drops = new Float64Array(classes);
    for (let k = 0; k < channels; k++) {
      separable.write(activation, k, off[k]!, drops);
      weights.add(k, drops);
      if (k % CHANNELS_TOGETHER === 0) await turn();
    }
    return 0;
  }
}

/** Returns what is awaited between pieces of work: it gives way to an abort or a repaint often enough. */
function turns(signal: AbortSignal | undefined): () => Promise<void> {
  let yielded = performance.now();
  return async () => {
    if (performance.now() - yielded > LONGEST_BLOCK_MS) {
      await new Promise((resolve) => setTimeout(resolve));
      yielded = performance.now();
    }
    throwIfAborted(signal);
  };
}

/** The value of a constant node for input n; that it is there was checked at the door. */
function constantValue(
  { tail }: StepPlan,
  { constants }: AblationInput,
  n: number,
  node: number,
): Float64Array {
  const size = sizeOf(tail.nodes[node]?.shape ?? []);
  const source = constants?.get(node) ?? new Float32Array();
  return Float64Array.from(onCpu(source).subarray(n * size, (n + 1) * size));
}

function onCpu(source: TensorSource): Float32Array {
  if (source instanceof Float32Array) return source;
  throw new KernelsError(
    'invalid-input',
    'The reference executor takes tensors on the CPU, got a GPU buffer.',
  );
}
