import type { AblationOutput, ClassSelection } from '../ablation/contract.ts';
import { classOfMap, openOutput, type OpenOutput } from '../ablation/open-output.ts';
import type { Plan } from '../plan/plan.ts';
import { resultLayout } from '../plan/result-layout.ts';
import { drawMap } from '../reference/channel-weights.ts';

/** What came back of a chunk of inputs, read where the device's memory is mapped, for as long as it is. */
export interface ChunkOutput {
  /** `[inputs, classes]` */
  readonly logits: Float32Array;
  /** As `resultLayout` has it, with all maps of an input or none. */
  readonly result: Float32Array;
  /** `[inputs, ...positions, channels]` where there are no maps: the CPU makes them. Otherwise null. */
  readonly activation: Float32Array | null;
  readonly dispatches: AblationOutput['dispatches'];
  /** On the GPU; 0 where passes are not timed. */
  readonly mapMs: number;
  /** Of the ablation and the maps; null where passes are not timed. */
  readonly gpuMs: number | null;
}

/** The output of a run over inputs in chunks, while they come in. */
export class RunOutput {
  readonly #plan: Plan;
  readonly #inputs: number;
  readonly #maps: number;
  readonly #output: OpenOutput;

  /** @param maps of each input */
  constructor(plan: Plan, inputs: number, maps: number) {
    this.#plan = plan;
    this.#inputs = inputs;
    this.#maps = maps;
    this.#output = openOutput(plan, inputs, maps);
  }

  get complete(): AblationOutput {
    return this.#output;
  }

  /**
   * Copies what came back of inputs `first` to `first + inputs - 1` to its place.
   *
   * @param elapsedMs since the chunk began
   */
  collect(
    { logits, result, activation, dispatches, mapMs, gpuMs }: ChunkOutput,
    selection: ClassSelection,
    first: number,
    inputs: number,
    elapsedMs: number,
  ): void {
    const output = this.#output;
    const layout = resultLayout(this.#plan, inputs, activation ? 0 : this.#maps);
    const weights = result.subarray(layout.weights, layout.predicted);
    this.#place(output.logits, first, logits);
    this.#place(output.ablatedScores, first, result.subarray(layout.ablatedScores, layout.weights));
    this.#place(output.weights, first, weights);
    for (let at = 0; at < inputs * this.#maps; at++) {
      const map = at % this.#maps;
      const predicted = result[layout.predicted + (at - map) / this.#maps]!;
      output.classIndices[first * this.#maps + at] = classOfMap(selection, map, predicted);
    }
    const start = performance.now();
    if (activation) {
      this.#draw(activation, weights, first, inputs);
    } else {
      this.#place(output.mapSigned, first, result.subarray(layout.mapSigned, layout.map));
      this.#place(output.map, first, result.subarray(layout.map, layout.length));
    }
    const drawMs = activation ? performance.now() - start : 0;
    output.dispatches.ablation += dispatches.ablation;
    output.dispatches.map += dispatches.map;
    const { timings } = output;
    // Pass times are the GPU's own; everything else of the elapsed time belongs to the ablation.
    timings.ablationMs += elapsedMs - mapMs;
    timings.mapMs += mapMs + drawMs;
    if (gpuMs !== null) timings.gpuMs = (timings.gpuMs ?? 0) + gpuMs;
  }

  /** Makes the maps of inputs `first` to `first + inputs - 1`. */
  #draw(activation: Float32Array, weights: Float32Array, first: number, inputs: number): void {
    const { channels, classes } = this.#plan;
    const size = activation.length / inputs;
    for (let n = 0; n < inputs; n++) {
      const own = activation.subarray(n * size, (n + 1) * size);
      const ownWeights = weights.subarray(n * channels * classes, (n + 1) * channels * classes);
      for (let m = 0; m < this.#maps; m++) {
        const at = (first + n) * this.#maps + m;
        drawMap(own, ownWeights, classes, this.#output.classIndices[at]!, this.#output, at);
      }
    }
  }

  #place(target: Float32Array, first: number, part: Float32Array): void {
    target.set(part, (first * target.length) / this.#inputs);
  }
}
