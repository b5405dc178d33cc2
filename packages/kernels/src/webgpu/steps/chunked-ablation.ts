import type { AblationInput, AblationOutput, PreparedAblation } from '../../ablation/contract.ts';
import { mapsPerInput, throwIfAborted, validateInput } from '../../ablation/validate.ts';
import type { Device } from '../../device/device.ts';
import type { ChunkSizes } from '../../plan/chunk-sizes.ts';
import type { Plan } from '../../plan/plan.ts';
import type { BufferScope } from '../buffer-scope.ts';
import { WEIGHTED_MAP } from '../shaders.ts';
import type { InputChunk } from './chunk-buffers.ts';
import type { InputChunkOutput } from './read-results.ts';

/** How a chunk of inputs runs. */
export interface ChunkRunner {
  chunkSizes(inputs: number, maps: number): ChunkSizes;
  run(
    input: AblationInput,
    chunk: InputChunk,
    mapPipeline: GPUComputePipeline,
    maps: number,
  ): Promise<InputChunkOutput>;
}

/** Runs over inputs in chunks. */
export class ChunkedAblation implements PreparedAblation {
  readonly plan: Plan;
  readonly #device: Device;
  readonly #scope: BufferScope;
  readonly #runner: ChunkRunner;

  constructor(device: Device, plan: Plan, scope: BufferScope, runner: ChunkRunner) {
    this.plan = plan;
    this.#device = device;
    this.#scope = scope;
    this.#runner = runner;
  }

  async run(input: AblationInput): Promise<AblationOutput> {
    validateInput(this.plan, input);
    const maps = mapsPerInput(input.classes, this.plan.classes);
    const { inputs, variants } = this.#runner.chunkSizes(input.inputs, maps);
    const mapPipeline = await this.#device.pipeline(WEIGHTED_MAP, { IS_SINGLE: maps === 1 ? 1 : 0 });
    const output = emptyOutput(this.plan, input.inputs, maps);
    for (let firstInput = 0; firstInput < input.inputs; firstInput += inputs) {
      throwIfAborted(input.signal);
      const start = performance.now();
      const chunk = { firstInput, inputs: Math.min(inputs, input.inputs - firstInput), variants };
      const result = await this.#runner.run(input, chunk, mapPipeline, maps);
      collect(output, result, input, firstInput, chunk.inputs);
      output.dispatches.ablation += result.dispatches;
      output.dispatches.map += 1;
      output.timings.mapMs += result.mapMs;
      output.timings.ablationMs += performance.now() - start - result.mapMs;
      input.onProgress?.(firstInput + chunk.inputs);
    }
    throwIfAborted(input.signal);
    return output;
  }

  dispose(): void {
    this.#scope.dispose();
  }
}

type Collected = { -readonly [key in keyof AblationOutput]: AblationOutput[key] } & {
  dispatches: { ablation: number; map: number };
  timings: { ablationMs: number; mapMs: number; gpuMs: null };
};

function emptyOutput(plan: Plan, inputs: number, maps: number): Collected {
  const scores = inputs * plan.channels * plan.classes;
  const positions = plan.positions.reduce((product, length) => product * length, 1);
  return {
    logits: new Float32Array(inputs * plan.classes),
    ablatedScores: new Float32Array(scores),
    weights: new Float32Array(scores),
    classIndices: new Uint32Array(inputs * maps),
    mapSigned: new Float32Array(inputs * maps * positions),
    map: new Float32Array(inputs * maps * positions),
    dispatches: { ablation: 0, map: 0 },
    timings: { ablationMs: 0, mapMs: 0, gpuMs: null },
  };
}

/** Writes what came back of inputs `first` to `first + inputs - 1` to its place. */
function collect(
  output: Collected,
  { logits, result, maps }: InputChunkOutput,
  { classes, inputs: allInputs }: AblationInput,
  first: number,
  inputs: number,
): void {
  const place = (target: Float32Array, part: Float32Array): void => {
    target.set(part, (first * target.length) / allInputs);
  };
  const scores = (result.length - inputs) / 2;
  place(output.logits, logits);
  place(output.ablatedScores, result.subarray(0, scores));
  place(output.weights, result.subarray(scores, 2 * scores));
  place(output.mapSigned, maps.subarray(0, maps.length / 2));
  place(output.map, maps.subarray(maps.length / 2));
  const perInput = output.classIndices.length / allInputs;
  for (let n = 0; n < inputs; n++) {
    for (let m = 0; m < perInput; m++) {
      const predicted = result[2 * scores + n] ?? 0;
      const chosen = classes === 'predicted' ? predicted : classes === 'all' ? m : (classes[m] ?? 0);
      output.classIndices[(first + n) * perInput + m] = chosen;
    }
  }
}
