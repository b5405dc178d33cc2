import type { AblationInput, AblationOutput, PreparedAblation } from '../ablation/contract.ts';
import { mapsPerInput, throwIfAborted, validateInput } from '../ablation/validate.ts';
import type { ChunkSizes } from '../plan/chunk-sizes.ts';
import type { Plan } from '../plan/plan.ts';
import { RunOutput, type ChunkOutput } from './run-output.ts';

/** Which inputs of a run a chunk covers, and how many of their variants go together. */
export interface InputChunk {
  readonly firstInput: number;
  readonly inputs: number;
  readonly variants: number;
}

/** How chunks of inputs run. */
export interface ChunkRunner {
  /** The chunks of a run over `inputs` inputs with `maps` maps each. */
  chunkSizes(inputs: number, maps: number): ChunkSizes;
  /** @param collect is handed what came back, and copies it: it ends when that returns */
  run(
    input: AblationInput,
    chunk: InputChunk,
    maps: number,
    collect: (output: ChunkOutput) => void,
  ): Promise<void>;
  /** May be called twice. */
  dispose(): void;
}

/** Runs over inputs in chunks. */
export class ChunkedAblation implements PreparedAblation {
  readonly plan: Plan;
  readonly #runner: ChunkRunner;

  /** @param runner belongs to the ablation from now on */
  constructor(plan: Plan, runner: ChunkRunner) {
    this.plan = plan;
    this.#runner = runner;
  }

  async run(input: AblationInput): Promise<AblationOutput> {
    validateInput(this.plan, input);
    const maps = mapsPerInput(input.classes, this.plan.classes);
    const { inputs: most, variants } = this.#runner.chunkSizes(input.inputs, maps);
    const output = new RunOutput(this.plan, input.inputs, maps);
    for (let firstInput = 0; firstInput < input.inputs; firstInput += most) {
      throwIfAborted(input.signal);
      const start = performance.now();
      const inputs = Math.min(most, input.inputs - firstInput);
      await this.#runner.run(input, { firstInput, inputs, variants }, maps, (part) => {
        output.collect(part, input.classes, firstInput, inputs, performance.now() - start);
      });
      input.onProgress?.(firstInput + inputs);
    }
    throwIfAborted(input.signal);
    return output.complete;
  }

  dispose(): void {
    this.#runner.dispose();
  }
}
