import type { AblationInput, AblationOutput, PreparedAblation, Score } from '../../ablation/contract.ts';
import { mapsPerInput, throwIfAborted, validateInput } from '../../ablation/validate.ts';
import type { Device } from '../../device/device.ts';
import { BufferUsage } from '../../device/usage.ts';
import { CHANNEL_LANES, elementsPerInput, inputsPerChunk } from '../../plan/chunks.ts';
import type { SeparablePlan } from '../../plan/plan.ts';
import { BufferScope } from '../buffer-scope.ts';
import { PassTimer } from '../pass-timer.ts';
import { SEPARABLE_DENSE, WEIGHTED_MAP } from '../shaders.ts';
import { scoreCode, tailVariant } from '../variants.ts';
import { ChunkFrame } from './chunk-frame.ts';
import { runChunk, type ChunkOutput, type ChunkPipelines, type UploadedPlan } from './chunk.ts';
import { FramePool } from './frame-pool.ts';
import { encodeProgram } from './program.ts';

export interface SeparableDenseOptions {
  readonly budgetBytes: number;
  /** Whether passes are timed on the GPU; undefined: on hardware. */
  readonly timesPasses: boolean | undefined;
  /** Threads of an ablation workgroup. */
  readonly threads: number;
}

/** Passes of a submission: the ablation and the maps. */
const PASSES = 2;

/** Uploads the weights of the plan's dense layer; the caller disposes of the result. */
export async function prepareSeparableDense(
  device: Device,
  plan: SeparablePlan,
  { budgetBytes, timesPasses, threads }: SeparableDenseOptions,
): Promise<PreparedAblation> {
  const weights = new BufferScope(device);
  try {
    const program = encodeProgram(plan.step);
    const { kernel } = plan.step;
    const uploaded = await device.checked('weights of the tail', () => ({
      plan,
      program,
      threads,
      frames: new FramePool(() => new ChunkFrame(device, new PassTimer(device, PASSES, timesPasses))),
      programBuffer: weights.upload('program', program.words, BufferUsage.storage),
      kernelBuffer: weights.upload(
        'dense kernel',
        threads === CHANNEL_LANES ? channelsSideBySide(plan) : kernel,
        BufferUsage.storage,
      ),
    }));
    return new SeparableDenseAblation(device, uploaded, weights, budgetBytes);
  } catch (error) {
    weights.dispose();
    throw error;
  }
}

/** The dense layer's weights as `[features, classes, channels]`. */
function channelsSideBySide({ channels, classes, step: { kernel } }: SeparablePlan): Float32Array {
  const rows = new Float32Array(kernel.length);
  for (let start = 0; start < kernel.length; start += channels * classes) {
    for (let k = 0; k < channels; k++) {
      for (let c = 0; c < classes; c++) rows[start + c * channels + k] = kernel[start + k * classes + c]!;
    }
  }
  return rows;
}

/** What runs have in common that ask for as many maps of the same score. */
interface RunKind {
  /** Inputs of a submission. */
  readonly chunkSize: number;
  readonly pipelines: ChunkPipelines;
}

class SeparableDenseAblation implements PreparedAblation {
  readonly #device: Device;
  readonly #uploaded: UploadedPlan;
  readonly #weights: BufferScope;
  readonly #budgetBytes: number;
  /** By the number of maps and the score. */
  readonly #kinds = new Map<string, RunKind>();

  constructor(device: Device, uploaded: UploadedPlan, weights: BufferScope, budgetBytes: number) {
    this.#device = device;
    this.#uploaded = uploaded;
    this.#weights = weights;
    this.#budgetBytes = budgetBytes;
  }

  get plan(): SeparablePlan {
    return this.#uploaded.plan;
  }

  async run(input: AblationInput): Promise<AblationOutput> {
    validateInput(this.plan, input);
    const maps = mapsPerInput(input.classes, this.plan.classes);
    const key = `${maps} ${input.score}`;
    const known = this.#kinds.get(key);
    const { chunkSize, pipelines } = known ?? (await this.#prepareKind(maps, input.score));
    if (!known) this.#kinds.set(key, { chunkSize, pipelines });
    const output = emptyOutput(this.plan, input.inputs, maps);
    for (let first = 0; first < input.inputs; first += chunkSize) {
      throwIfAborted(input.signal);
      const inputs = Math.min(chunkSize, input.inputs - first);
      await runChunk(this.#device, this.#uploaded, pipelines, input, { first, inputs, maps }, (chunk) => {
        collect(output, chunk, first / input.inputs);
      });
      input.onProgress?.(first + inputs);
    }
    throwIfAborted(input.signal);
    return output;
  }

  async #prepareKind(maps: number, score: Score): Promise<RunKind> {
    const { plan, threads } = this.#uploaded;
    const chunkSize = inputsPerChunk(plan, maps, this.#device.limits, this.#budgetBytes);
    const [ablation, map] = await Promise.all([
      this.#device.pipeline(SEPARABLE_DENSE, {
        THREADS: threads,
        ...tailVariant(plan.step),
        SCORE: scoreCode(score, plan.scoreFunction),
      }),
      this.#device.pipeline(WEIGHTED_MAP, { IS_SINGLE: maps === 1 ? 1 : 0 }),
    ]);
    return { chunkSize, pipelines: { ablation, map } };
  }

  dispose(): void {
    this.#uploaded.frames.dispose();
    this.#weights.dispose();
  }
}

type Collected = { -readonly [key in keyof AblationOutput]: AblationOutput[key] } & {
  dispatches: { ablation: number; map: number };
  timings: { ablationMs: number; mapMs: number; gpuMs: number | null };
};

function emptyOutput(plan: SeparablePlan, inputs: number, maps: number): Collected {
  const elements = elementsPerInput(plan, maps);
  const scores = inputs * plan.channels * plan.classes;
  return {
    logits: new Float32Array(inputs * elements.logits),
    ablatedScores: new Float32Array(scores),
    weights: new Float32Array(scores),
    classIndices: new Uint32Array(inputs * maps),
    mapSigned: new Float32Array((inputs * elements.maps) / 2),
    map: new Float32Array((inputs * elements.maps) / 2),
    dispatches: { ablation: 0, map: 0 },
    timings: { ablationMs: 0, mapMs: 0, gpuMs: null },
  };
}

/** @param position where the chunk begins, as a fraction of all inputs */
function collect(output: Collected, chunk: ChunkOutput, position: number): void {
  for (const name of ['logits', 'ablatedScores', 'weights', 'mapSigned', 'map'] as const) {
    output[name].set(chunk[name], Math.round(position * output[name].length));
  }
  output.classIndices.set(chunk.classIndices, Math.round(position * output.classIndices.length));
  output.dispatches.ablation += 1;
  output.dispatches.map += 1;
  output.timings.ablationMs += chunk.timings.ablationMs;
  output.timings.mapMs += chunk.timings.mapMs;
  if (chunk.timings.gpuMs !== null) output.timings.gpuMs = (output.timings.gpuMs ?? 0) + chunk.timings.gpuMs;
}
