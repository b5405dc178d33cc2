import {
  baseScores,
  channelWeights,
  classOfMap,
  drawMap,
  largest,
  openOutput,
  scoreChange,
  type AblationInput,
  type OpenOutput,
  type Plan,
} from '@ablation-cam/kernels';

/** Turns logits and their falls into scores, weights and maps, in float64, and collects them for all inputs of a run. */
export class AblationScores {
  readonly output: OpenOutput;
  readonly #plan: Plan;
  readonly #input: AblationInput;
  readonly #maps: number;

  constructor(plan: Plan, input: AblationInput, logits: Float32Array, maps: number) {
    this.#plan = plan;
    this.#input = input;
    this.#maps = maps;
    this.output = openOutput(plan, input.inputs, maps);
    this.output.logits.set(logits);
  }

  /**
   * Adds input n.
   *
   * @param activation of the target, `[...positions, channels]`
   * @param drops how far each logit falls without each channel, `[channels, classes]`
   */
  add(n: number, activation: Float32Array, drops: ArrayLike<number>): void {
    const start = performance.now();
    const weights = this.#weigh(n, activation, drops);
    const weighed = performance.now();
    this.#draw(n, activation, weights);
    this.output.timings.ablationMs += weighed - start;
    this.output.timings.mapMs += performance.now() - weighed;
  }

  /** Returns the weights before they are rounded to float32, `[channels, classes]`. */
  #weigh(n: number, activation: Float32Array, drops: ArrayLike<number>): Float64Array {
    const { channels, classes, scoreFunction } = this.#plan;
    const { score, weighting, norm } = this.#input;
    const change = scoreChange(baseScores(this.#logits(n), score, scoreFunction), drops);
    const weights = channelWeights(change, activation, weighting, norm);
    this.output.ablatedScores.set(change.ablatedScores, n * channels * classes);
    this.output.weights.set(weights, n * channels * classes);
    return weights;
  }

  #draw(n: number, activation: Float32Array, weights: Float64Array): void {
    const predicted = largest(this.#logits(n));
    for (let m = 0; m < this.#maps; m++) {
      const at = n * this.#maps + m;
      const classIndex = classOfMap(this.#input.classes, m, predicted);
      this.output.classIndices[at] = classIndex;
      drawMap(activation, weights, this.#plan.classes, classIndex, this.output, at);
    }
  }

  #logits(n: number): Float32Array {
    const { classes } = this.#plan;
    return this.output.logits.subarray(n * classes, (n + 1) * classes);
  }
}
