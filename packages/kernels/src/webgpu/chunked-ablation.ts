import type { AblationInput, AblationOutput, PreparedAblation } from '../ablation/contract.ts';
import { mapsPerInput } from '../ablation/class-selection.ts';
import { throwIfAborted, validateInput, type PlannedRun } from '../ablation/validate.ts';
import { isWithoutEffect, outputWithoutEffect } from '../ablation/without-effect.ts';
import type { Device } from '../device/device.ts';
import type { ChunkSizes } from '../plan/chunk-sizes.ts';
import type { Wanted } from '../plan/result-layout.ts';
import { classTable, dependsOnLogits, type ClassTable } from './class-table.ts';
import { RunOutput, type ChunkOutput } from './run-output.ts';

/** Which inputs of a run a chunk covers, and how many of their variants go together. */
export interface InputChunk {
  readonly firstInput: number;
  readonly inputs: number;
  readonly variants: number;
}

/** What a chunk is to give. */
export interface ChunkRequest extends InputChunk {
  readonly wanted: Wanted;
  readonly classTable: ClassTable;
}

/** Takes what chunks give, in order. */
export interface ChunkTaker {
  /** Copies what came back of a chunk: it ends when this returns. */
  readonly collect: (output: ChunkOutput, chunk: ChunkRequest) => void;
  /** Called once the chunk is done. */
  readonly done: (chunk: ChunkRequest) => void;
}

/** How chunks of inputs run. */
export interface ChunkRunner {
  /** The chunks of a run over `inputs` inputs of which this is wanted. */
  chunkSizes(inputs: number, wanted: Wanted): ChunkSizes;
  /** Chunks may overlap. Where the GPU is to make no maps, the activation comes back instead. */
  run(input: AblationInput, chunks: readonly ChunkRequest[], taker: ChunkTaker): Promise<void>;
  /** May be called twice. */
  dispose(): void;
}

/**
 * What makes the map of an input. A CPU that plays the GPU takes longer to start a dispatch than to make the map itself; several
 * maps of an input are always made on the GPU, which reads the activation once for four of them.
 */
export type MapMaker = 'gpu' | 'cpu';

/** The faster one on a device. */
export function defaultMapMaker({ adapter }: Device): MapMaker {
  return adapter.software ? 'cpu' : 'gpu';
}

/** Runs over inputs in chunks. */
export class ChunkedAblation<Planned extends PlannedRun> implements PreparedAblation<Planned> {
  readonly plan: Planned;
  readonly #device: Device;
  readonly #runner: ChunkRunner;
  readonly #mapMaker: MapMaker;

  /** @param runner belongs to the ablation from now on */
  constructor(device: Device, plan: Planned, runner: ChunkRunner, mapMaker: MapMaker) {
    this.plan = plan;
    this.#device = device;
    this.#runner = runner;
    this.#mapMaker = mapMaker;
  }

  async run(input: AblationInput): Promise<AblationOutput> {
    validateInput(this.plan, input);
    if (isWithoutEffect(this.plan, input)) {
      return outputWithoutEffect(this.plan, input, await this.#readLogits(input));
    }
    const classes = mapsPerInput(input.classes, this.plan.classes);
    const maps = classes === 1 && this.#mapMaker === 'cpu' ? 0 : classes;
    const wanted = { classes, maps, scores: input.ablatedScores ?? false };
    const { inputs: most, variants } = this.#runner.chunkSizes(input.inputs, wanted);
    const table = classTable(input.classes, this.plan.classes, await this.#logitsFor(input));
    const output = new RunOutput(this.plan, input.inputs, wanted);
    const chunks = Array.from({ length: Math.ceil(input.inputs / most) }, (_, at): ChunkRequest => {
      const inputs = Math.min(most, input.inputs - at * most);
      return { firstInput: at * most, inputs, variants, wanted, classTable: table };
    });
    // Of chunks that overlap each is counted from where the one before it was done.
    let since = performance.now();
    await this.#runner.run(input, chunks, {
      collect: (part, { firstInput, inputs }) => {
        output.collect(part, input.classes, firstInput, inputs, performance.now() - since);
        since = performance.now();
      },
      done: ({ firstInput, inputs }) => input.onProgress?.(firstInput + inputs),
    });
    throwIfAborted(input.signal);
    return output.complete;
  }

  dispose(): void {
    this.#runner.dispose();
  }

  /** The logits where the classes follow from them, otherwise none. */
  async #logitsFor(input: AblationInput): Promise<Float32Array> {
    return dependsOnLogits(input.classes) ? this.#readLogits(input) : new Float32Array();
  }

  async #readLogits({ logits, inputs }: AblationInput): Promise<Float32Array> {
    if (logits instanceof Float32Array) return logits;
    return new Float32Array(await this.#device.readBuffer(logits, 0, 4 * inputs * this.plan.classes));
  }
}
