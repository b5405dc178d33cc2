import type { AblationInput, AblationOutput, PreparedAblation } from '../ablation/contract.ts';
import { mapsPerInput, throwIfAborted, validateInput } from '../ablation/validate.ts';
import type { Device } from '../device/device.ts';
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
  /**
   * @param maps that the GPU is to make of each input; where it is to make none, the activation comes back instead
   * @param collect is handed what came back, and copies it: it ends when that returns
   */
  run(
    input: AblationInput,
    chunk: InputChunk,
    maps: number,
    collect: (output: ChunkOutput) => void,
  ): Promise<void>;
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
export class ChunkedAblation implements PreparedAblation {
  readonly plan: Plan;
  readonly #runner: ChunkRunner;
  readonly #mapMaker: MapMaker;

  /** @param runner belongs to the ablation from now on */
  constructor(plan: Plan, runner: ChunkRunner, mapMaker: MapMaker) {
    this.plan = plan;
    this.#runner = runner;
    this.#mapMaker = mapMaker;
  }

  async run(input: AblationInput): Promise<AblationOutput> {
    validateInput(this.plan, input);
    const maps = mapsPerInput(input.classes, this.plan.classes);
    const { inputs: most, variants } = this.#runner.chunkSizes(input.inputs, maps);
    const mapsOnGpu = maps === 1 && this.#mapMaker === 'cpu' ? 0 : maps;
    const output = new RunOutput(this.plan, input.inputs, maps);
    for (let firstInput = 0; firstInput < input.inputs; firstInput += most) {
      throwIfAborted(input.signal);
      const start = performance.now();
      const inputs = Math.min(most, input.inputs - firstInput);
      await this.#runner.run(input, { firstInput, inputs, variants }, mapsOnGpu, (part) => {
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
