import type { AblationInput, AblationOutput, Executor, PreparedAblation } from '../ablation/contract.ts';
import { mapsPerInput, throwIfAborted, validateInput } from '../ablation/validate.ts';
import type { Device } from '../device/device.ts';
import { BufferUsage } from '../device/usage.ts';
import { CHANNEL_LANES, DEFAULT_BUDGET_BYTES, elementsPerInput, inputsPerChunk } from '../plan/chunks.ts';
import type { SeparablePlan } from '../plan/plan.ts';
import { BufferPool } from './buffer-pool.ts';
import { BufferScope } from './buffer-scope.ts';
import { runChunk, type ChunkOutput, type UploadedPlan } from './chunk.ts';
import { encodeProgram } from './program.ts';
import { prepareSteps } from './steps/steps-ablation.ts';
import { SEPARABLE_DENSE, WEIGHTED_MAP } from './shaders.ts';
import { scoreCode, tailVariant } from './variants.ts';

export interface WebGpuExecutorOptions {
  /** GPU memory a run may take besides the weights, in bytes. */
  readonly budgetBytes?: number;
  /** Whether a single dispatch is timed on the GPU (`timings.gpuMs`) where it has timestamps. Default: on hardware only. */
  readonly timesPasses?: boolean;
  /**
   * Threads of a single dispatch's workgroup, 8 (one for each of its channels) or a larger power of two. Default: 256 on
   * hardware, 8 where a CPU plays the GPU.
   */
  readonly threads?: number;
}

/** Threads of an ablation workgroup; a CPU that plays the GPU takes one for each channel, see `separable-dense.wgsl`. */
const HARDWARE_THREADS = 256;
const SOFTWARE_THREADS = CHANNEL_LANES;

/** Returns the executor that runs plans on a GPU device; the device stays the caller's. */
export function webGpuExecutor(device: Device, options: WebGpuExecutorOptions = {}): Executor {
  return {
    name: 'webgpu',
    adapter: device.adapter,
    prepare: async (plan) => {
      if (plan.kind === 'steps') return prepareSteps(device, plan, options.budgetBytes ?? plan.budgetBytes);
      const buffers = new BufferScope(device);
      try {
        const program = encodeProgram(plan.step);
        const threads = options.threads ?? (device.adapter.software ? SOFTWARE_THREADS : HARDWARE_THREADS);
        const uploaded = await device.checked('weights of the tail', () => ({
          plan,
          program,
          threads,
          timesPasses: options.timesPasses,
          pool: new BufferPool(device),
          programBuffer: buffers.upload('program', program.words, BufferUsage.storage),
          kernelBuffer: buffers.upload(
            'dense kernel',
            threads === CHANNEL_LANES ? channelsSideBySide(plan) : plan.step.kernel,
            BufferUsage.storage,
          ),
        }));
        return new WebGpuAblation(device, uploaded, buffers, options.budgetBytes ?? DEFAULT_BUDGET_BYTES);
      } catch (error) {
        buffers.dispose();
        throw error;
      }
    },
  };
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

class WebGpuAblation implements PreparedAblation {
  readonly #device: Device;
  readonly #uploaded: UploadedPlan;
  readonly #buffers: BufferScope;
  readonly #budgetBytes: number;

  constructor(device: Device, uploaded: UploadedPlan, buffers: BufferScope, budgetBytes: number) {
    this.#device = device;
    this.#uploaded = uploaded;
    this.#buffers = buffers;
    this.#budgetBytes = budgetBytes;
  }

  get plan(): SeparablePlan {
    return this.#uploaded.plan;
  }

  async run(input: AblationInput): Promise<AblationOutput> {
    validateInput(this.plan, input);
    const maps = mapsPerInput(input.classes, this.plan.classes);
    const chunkSize = inputsPerChunk(this.plan, maps, this.#device.limits, this.#budgetBytes);
    const [ablation, map] = await Promise.all([
      this.#device.pipeline(SEPARABLE_DENSE, {
        THREADS: this.#uploaded.threads,
        ...tailVariant(this.plan.step),
        SCORE: scoreCode(input.score, this.plan.scoreFunction),
      }),
      this.#device.pipeline(WEIGHTED_MAP, { IS_SINGLE: maps === 1 ? 1 : 0 }),
    ]);
    const output = emptyOutput(this.plan, input.inputs, maps);
    for (let first = 0; first < input.inputs; first += chunkSize) {
      throwIfAborted(input.signal);
      const inputs = Math.min(chunkSize, input.inputs - first);
      const chunk = await runChunk(this.#device, this.#uploaded, { ablation, map }, input, {
        first,
        inputs,
        maps,
      });
      collect(output, chunk, first / input.inputs);
      input.onProgress?.(first + inputs);
    }
    throwIfAborted(input.signal);
    return output;
  }

  dispose(): void {
    this.#uploaded.pool.dispose();
    this.#buffers.dispose();
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
