import { classesOf } from '../ablation/class-selection.ts';
import type { AblationOutput, ClassSelection } from '../ablation/contract.ts';
import { countClamped } from '../ablation/float-range.ts';
import { openOutput, type OpenOutput } from '../ablation/open-output.ts';
import type { PlannedRun } from '../ablation/validate.ts';
import { resultLayout, type Wanted } from '../plan/result-layout.ts';
import { writeMaps } from '../ablation/weighted-map.ts';

/** What came back of a chunk of inputs, read where the device's memory is mapped, for as long as it is. */
export interface ChunkOutput {
  /** `[inputs, classes]` */
  readonly logits: Float32Array;
  /** As `resultLayout` has it. */
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
  readonly #plan: PlannedRun;
  readonly #inputs: number;
  readonly #wanted: Wanted;
  readonly #output: OpenOutput;

  constructor(plan: PlannedRun, inputs: number, wanted: Wanted) {
    this.#plan = plan;
    this.#inputs = inputs;
    this.#wanted = wanted;
    this.#output = openOutput(plan, inputs, wanted.classes, wanted.scores);
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
    const layout = resultLayout(this.#plan, inputs, this.#wanted);
    const weights = result.subarray(layout.weights, layout.mapSigned);
    this.#place(output.logits, first, logits);
    this.#place(output.weights, first, weights);
    output.clampedWeights += countClamped(weights);
    if (output.ablatedScores) {
      this.#place(output.ablatedScores, first, result.subarray(layout.ablatedScores, layout.length));
    }
    const { classes } = this.#plan;
    for (let n = 0; n < inputs; n++) {
      const own = classesOf(selection, logits.subarray(n * classes, (n + 1) * classes));
      output.classIndices.set(own, (first + n) * own.length);
    }
    const start = performance.now();
    if (activation) {
      this.#makeMaps(activation, weights, first, inputs);
    } else {
      this.#place(output.mapSigned, first, result.subarray(layout.mapSigned, layout.map));
      this.#place(output.map, first, result.subarray(layout.map, layout.ablatedScores));
    }
    const mapsMs = activation ? performance.now() - start : 0;
    output.dispatches.ablation += dispatches.ablation;
    output.dispatches.map += dispatches.map;
    const { timings } = output;
    // Pass times are the GPU's own; everything else of the elapsed time belongs to the ablation.
    timings.ablationMs += elapsedMs - mapMs;
    timings.mapMs += mapMs + mapsMs;
    if (gpuMs !== null) timings.gpuMs = (timings.gpuMs ?? 0) + gpuMs;
  }

  /** Makes the one map of each of inputs `first` to `first + inputs - 1`. */
  #makeMaps(activation: Float32Array, weights: Float32Array, first: number, inputs: number): void {
    const { channels } = this.#plan;
    const size = activation.length / inputs;
    for (let n = 0; n < inputs; n++) {
      const own = activation.subarray(n * size, (n + 1) * size);
      writeMaps(own, weights.subarray(n * channels, (n + 1) * channels), this.#output, first + n);
    }
  }

  #place(target: Float32Array, first: number, part: Float32Array): void {
    target.set(part, (first * target.length) / this.#inputs);
  }
}
