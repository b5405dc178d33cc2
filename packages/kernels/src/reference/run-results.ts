import { classesOf, mapsPerInput } from '../ablation/class-selection.ts';
import type { AblationInput } from '../ablation/contract.ts';
import { countClamped, toFiniteFloat } from '../ablation/float-range.ts';
import { openOutput, type OpenOutput } from '../ablation/open-output.ts';
import type { Plan } from '../plan/plan.ts';
import { writeMaps } from '../ablation/weighted-map.ts';
import { InputWeights } from './input-weights.ts';

/** Turns the falls of logits into weights, scores and maps, in float64, and collects them for all inputs of a run. */
export class RunResults {
  readonly output: OpenOutput;
  readonly #plan: Plan;
  readonly #input: AblationInput;
  readonly #activation: Float32Array;
  readonly #maps: number;

  /** @param activation and @param logits those of the input, on the CPU */
  constructor(plan: Plan, input: AblationInput, activation: Float32Array, logits: Float32Array) {
    this.#plan = plan;
    this.#input = input;
    this.#activation = activation;
    this.#maps = mapsPerInput(input.classes, plan.classes);
    this.output = openOutput(plan, input.inputs, this.#maps, input.ablatedScores ?? false);
    this.output.logits.set(logits);
  }

  /** Begins input n: takes its variants in any order. */
  open(n: number): InputWeights {
    const { channels, classes, scoreFunction } = this.#plan;
    const { score, weighting, norm } = this.#input;
    const { ablatedScores, classIndices } = this.output;
    const logits = this.output.logits.subarray(n * classes, (n + 1) * classes);
    const explained = classesOf(this.#input.classes, logits);
    classIndices.set(explained, n * this.#maps);
    const size = channels * classes;
    return new InputWeights({
      score,
      weighting,
      norm,
      scoreFunction,
      logits,
      activation: this.activationOf(n),
      channels,
      classes: explained,
      ablatedScores: ablatedScores?.subarray(n * size, (n + 1) * size) ?? null,
    });
  }

  /** Ends input n, all of whose channels were weighed: stores its weights and makes its maps. */
  close(n: number, { weights }: InputWeights): void {
    const start = performance.now();
    const { output } = this;
    const { channels } = this.#plan;
    const stored = output.weights.subarray(n * weights.length, (n + 1) * weights.length);
    weights.forEach((weight, i) => {
      stored[i] = toFiniteFloat(weight);
    });
    output.clampedWeights += countClamped(stored);
    for (let m = 0; m < this.#maps; m++) {
      const own = weights.subarray(m * channels, (m + 1) * channels);
      writeMaps(this.activationOf(n), own, output, n * this.#maps + m);
    }
    output.timings.mapMs += performance.now() - start;
  }

  /** `[positions, channels]` */
  activationOf(n: number): Float32Array {
    const size = this.#activation.length / this.#input.inputs;
    return this.#activation.subarray(n * size, (n + 1) * size);
  }
}
