import type { AblationInput, PreparedAblation, Score } from '../../ablation/contract.ts';
import type { Device } from '../../device/device.ts';
import { BufferUsage } from '../../device/usage.ts';
import type { ChunkSizes } from '../../plan/chunk-sizes.ts';
import { CHANNEL_LANES, inputsPerChunk } from '../../plan/chunks.ts';
import type { SeparablePlan } from '../../plan/plan.ts';
import type { Wanted } from '../../plan/result-layout.ts';
import { BufferScope } from '../buffer-scope.ts';
import { ChunkedAblation, type ChunkRequest, type ChunkRunner, type MapMaker } from '../chunked-ablation.ts';
import { mapPipeline } from '../map-launch.ts';
import { PassTimer } from '../pass-timer.ts';
import type { ChunkOutput } from '../run-output.ts';
import { SEPARABLE_DENSE } from '../shaders.ts';
import { scoreCode, tailVariant } from '../variants.ts';
import { ChunkFrame } from './chunk-frame.ts';
import { runChunk, type ChunkPipelines, type UploadedPlan } from './chunk.ts';
import { FramePool } from './frame-pool.ts';
import { encodeProgram } from './program.ts';

export interface SeparableDenseOptions {
  readonly budgetBytes: number;
  /** Whether passes are timed on the GPU; undefined: on hardware. */
  readonly timesPasses: boolean | undefined;
  /** Threads of an ablation workgroup. */
  readonly threads: number;
  readonly mapMaker: MapMaker;
}

/** Passes of a submission: the ablation and the maps. */
const PASSES = 2;

/** Uploads the weights of the plan's dense layer; the caller disposes of the result. */
export async function prepareSeparableDense(
  device: Device,
  plan: SeparablePlan,
  { budgetBytes, timesPasses, threads, mapMaker }: SeparableDenseOptions,
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
    const runner = new SeparableDenseRunner(device, uploaded, weights, budgetBytes);
    return new ChunkedAblation(device, plan, runner, mapMaker);
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

/** Runs chunks in a single dispatch each, with what runs have in common looked up once. */
class SeparableDenseRunner implements ChunkRunner {
  readonly #device: Device;
  readonly #uploaded: UploadedPlan;
  readonly #weights: BufferScope;
  readonly #budgetBytes: number;
  /** Inputs of a submission, by what is wanted of each. */
  readonly #inputsPerChunk = new Map<string, number>();
  /** By the score and whether an input has no map, one or several. */
  readonly #pipelines = new Map<string, ChunkPipelines>();

  constructor(device: Device, uploaded: UploadedPlan, weights: BufferScope, budgetBytes: number) {
    this.#device = device;
    this.#uploaded = uploaded;
    this.#weights = weights;
    this.#budgetBytes = budgetBytes;
  }

  chunkSizes(inputs: number, wanted: Wanted): ChunkSizes {
    const { plan } = this.#uploaded;
    const key = `${wanted.classes} ${wanted.maps} ${wanted.scores}`;
    const most =
      this.#inputsPerChunk.get(key) ?? inputsPerChunk(plan, wanted, this.#device.limits, this.#budgetBytes);
    this.#inputsPerChunk.set(key, most);
    return { inputs: Math.min(inputs, most), variants: plan.channels };
  }

  async run(
    input: AblationInput,
    chunk: ChunkRequest,
    collect: (output: ChunkOutput) => void,
  ): Promise<void> {
    const { maps } = chunk.wanted;
    const key = `${input.score} ${Math.min(maps, 2)}`;
    const pipelines = this.#pipelines.get(key) ?? (await this.#compile(input.score, maps));
    this.#pipelines.set(key, pipelines);
    await runChunk(this.#device, this.#uploaded, pipelines, input, chunk, collect);
  }

  dispose(): void {
    this.#uploaded.frames.dispose();
    this.#weights.dispose();
  }

  async #compile(score: Score, maps: number): Promise<ChunkPipelines> {
    const { plan, threads } = this.#uploaded;
    const [ablation, map] = await Promise.all([
      this.#device.pipeline(SEPARABLE_DENSE, {
        THREADS: threads,
        ...tailVariant(plan.step),
        SCORE: scoreCode(score, plan.scoreFunction),
      }),
      maps > 0 ? mapPipeline(this.#device, maps) : null,
    ]);
    return { ablation, map };
  }
}
