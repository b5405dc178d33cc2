import type { AblationInput } from '../../ablation/contract.ts';
import { throwIfAborted } from '../../ablation/validate.ts';
import type { Device } from '../../device/device.ts';
import { BufferUsage, MAP_READ } from '../../device/usage.ts';
import type { StepPlan } from '../../plan/step-plan.ts';
import type { PlanStep, VariantStep } from '../../plan/steps.ts';
import { ablationValues } from '../ablation-values.ts';
import { BufferScope } from '../buffer-scope.ts';
import { scoreLaunch, switchOffLaunch, type RunShape } from '../operations/ends.ts';
import { LaunchEncoder, type Launch } from '../operations/launch.ts';
import type { Batch } from '../operations/result.ts';
import { PassTimer } from '../pass-timer.ts';
import { scoreCode } from '../variants.ts';
import { chunkBuffers, type ChunkBuffers, type InputChunk } from './chunk-buffers.ts';
import { continueOutside, frontierLaunches, type FrontierDeltas } from './fallback.ts';
import { evaluateLaunches } from './input-steps.ts';
import { mapClasses, mapGrid, mapParameters } from '../map-launch.ts';
import { StepContext } from './step-context.ts';
import type { StepConstants } from './step-constants.ts';
import { variantLaunches } from './variant-steps.ts';

/** What a plan keeps on the device between runs. */
export interface UploadedSteps {
  readonly plan: StepPlan;
  readonly constants: ReadonlyMap<PlanStep, StepConstants>;
  readonly pipelines: ReadonlyMap<string, GPUComputePipeline>;
}

/** What came back of a chunk of inputs. */
export interface InputChunkOutput {
  readonly logits: Float32Array;
  /** Ablated scores, then weights, then the predicted classes. */
  readonly result: Float32Array;
  /** Signed maps, then maps. */
  readonly maps: Float32Array;
  readonly dispatches: number;
  readonly mapMs: number;
}

/** Runs all steps for one chunk of inputs: one submission for each chunk of variants, one read-back at the end. */
export class InputChunkRun {
  readonly #device: Device;
  readonly #uploaded: UploadedSteps;
  readonly #input: AblationInput;
  readonly #chunk: InputChunk;
  readonly #scope: BufferScope;
  readonly #shape: RunShape;
  #dispatches = 0;

  constructor(device: Device, uploaded: UploadedSteps, input: AblationInput, chunk: InputChunk) {
    const { positions, channels, classes } = uploaded.plan;
    this.#device = device;
    this.#uploaded = uploaded;
    this.#input = input;
    this.#chunk = chunk;
    this.#scope = new BufferScope(device);
    this.#shape = {
      inputs: chunk.inputs,
      positions: positions.reduce((product, length) => product * length, 1),
      channels,
      classes,
    };
  }

  async run(mapPipeline: GPUComputePipeline, maps: number): Promise<InputChunkOutput> {
    const { plan } = this.#uploaded;
    const timer = new PassTimer(this.#device, 1);
    try {
      const { gpu } = this.#device;
      const buffers = await this.#submit((encoder) =>
        chunkBuffers(plan, this.#input, this.#chunk, this.#scope, gpu.queue, encoder),
      );
      await this.#launch(() => this.#inputLaunches(buffers), this.#scope);
      for (let first = 0; first < plan.channels; first += this.#chunk.variants) {
        throwIfAborted(this.#input.signal);
        await this.#runVariants(buffers, first, Math.min(this.#chunk.variants, plan.channels - first));
      }
      throwIfAborted(this.#input.signal);
      return await this.#finish(buffers, mapPipeline, maps, timer);
    } finally {
      this.#scope.dispose();
      timer.dispose();
    }
  }

  /** One submission of what `encode` encodes, accepted by the device. */
  #submit<T>(encode: (encoder: GPUCommandEncoder) => T): Promise<T> {
    const { gpu } = this.#device;
    return this.#device.checked('ablation', () => {
      const encoder = gpu.createCommandEncoder({ label: 'ablation' });
      const result = encode(encoder);
      gpu.queue.submit([encoder.finish()]);
      return result;
    });
  }

  /** Submits launches together. */
  async #launch(launchesOf: () => readonly Launch[], scope: BufferScope): Promise<void> {
    await this.#submit((encoder) => {
      const launches = launchesOf();
      new LaunchEncoder(this.#device, encoder, scope, this.#uploaded.pipelines).encode(launches);
      this.#dispatches += launches.length;
    });
  }

  #context(batch: Batch, buffers: ChunkBuffers, scope = this.#scope): StepContext {
    return new StepContext(batch, buffers.values, this.#uploaded.constants, scope);
  }

  #inputLaunches(buffers: ChunkBuffers): Launch[] {
    const { ablation } = this.#input;
    const { inputs, firstInput } = this.#chunk;
    const { channels } = this.#shape;
    const context = this.#context({ inputs, variants: 1, firstVariant: 0 }, buffers);
    return this.#uploaded.plan.inputSteps.flatMap((step) => {
      if (step.kind === 'evaluate') return evaluateLaunches(step, context);
      const { mode, values } = ablationValues(ablation, channels, { first: firstInput, inputs });
      const uploaded = values && this.#scope.upload('ablation values', values, BufferUsage.storage);
      const off = context.value(step.output);
      return [switchOffLaunch(this.#shape, mode, buffers.activation, uploaded, off)];
    });
  }

  async #runVariants(buffers: ChunkBuffers, firstVariant: number, variants: number): Promise<void> {
    const { plan } = this.#uploaded;
    const scope = new BufferScope(this.#device);
    const batch = { inputs: this.#chunk.inputs, variants, firstVariant };
    const context = this.#context(batch, buffers, scope);
    try {
      let from = 0;
      for (const [at, step] of plan.variantSteps.entries()) {
        if (step.kind !== 'fallback') continue;
        let tensors: FrontierDeltas[] = [];
        const before = plan.variantSteps.slice(from, at);
        await this.#launch(() => {
          const frontier = frontierLaunches(step, context, scope);
          tensors = frontier.tensors;
          return [
            ...before.flatMap((one) => this.#stepLaunches(one, context, buffers)),
            ...frontier.launches,
          ];
        }, scope);
        const { continueFrom } = this.#input;
        await continueOutside(this.#device, step, context, tensors, buffers.logits, continueFrom);
        from = at + 1;
      }
      const rest = plan.variantSteps.slice(from);
      await this.#launch(() => rest.flatMap((step) => this.#stepLaunches(step, context, buffers)), scope);
      await this.#device.settled(this.#device.gpu.queue.onSubmittedWorkDone());
    } finally {
      scope.dispose();
    }
  }

  #stepLaunches(step: VariantStep, context: StepContext, buffers: ChunkBuffers): Launch[] {
    if (step.kind === 'fallback') return [];
    if (step.kind !== 'score') return variantLaunches(step, context);
    const { score, weighting, norm } = this.#input;
    const scoring = { score: scoreCode(score, this.#uploaded.plan.scoreFunction), weighting, norm };
    const drops = context.value(step.delta);
    return [scoreLaunch(this.#shape, scoring, context.batch, { ...buffers, drops }, buffers.result)];
  }

  async #finish(
    buffers: ChunkBuffers,
    mapPipeline: GPUComputePipeline,
    maps: number,
    timer: PassTimer,
  ): Promise<InputChunkOutput> {
    const { inputs, positions, channels, classes } = this.#shape;
    const { storage, uniform, copySource, copyTarget, mapRead } = BufferUsage;
    const mapElements = 2 * inputs * maps * positions;
    const resultElements = inputs * (2 * channels * classes + 1);
    const logitElements = inputs * classes;
    const readBack = await this.#submit((encoder) => {
      const map = this.#scope.create({
        label: 'maps',
        byteLength: 4 * mapElements,
        usage: storage | copySource,
      });
      const target = this.#scope.create({
        label: 'read-back',
        byteLength: timer.byteLength + 4 * (resultElements + mapElements + logitElements),
        usage: copyTarget | mapRead,
      });
      const bindings = [
        this.#scope.upload('map parameters', mapParameters(this.#shape, maps), uniform),
        buffers.activation,
        buffers.result,
        this.#scope.upload('class indices', mapClasses(this.#input.classes, maps), storage),
        map,
      ];
      const timestampWrites = timer.writes(0);
      const pass = encoder.beginComputePass({ label: 'maps', ...(timestampWrites && { timestampWrites }) });
      pass.setPipeline(mapPipeline);
      pass.setBindGroup(
        0,
        this.#device.gpu.createBindGroup({
          layout: mapPipeline.getBindGroupLayout(0),
          entries: bindings.map((buffer, binding) => ({ binding, resource: { buffer } })),
        }),
      );
      pass.dispatchWorkgroups(...mapGrid(this.#shape, maps));
      pass.end();
      timer.resolve(encoder, target);
      let at = timer.byteLength;
      for (const [source, elements] of [
        [buffers.result, resultElements],
        [map, mapElements],
        [buffers.logits, logitElements],
      ] as const) {
        encoder.copyBufferToBuffer(source, 0, target, at, 4 * elements);
        at += 4 * elements;
      }
      return target;
    });
    await this.#device.settled(readBack.mapAsync(MAP_READ));
    const bytes = readBack.getMappedRange().slice(0);
    const values = new Float32Array(bytes, timer.byteLength);
    return {
      result: values.subarray(0, resultElements),
      maps: values.subarray(resultElements, resultElements + mapElements),
      logits: values.subarray(resultElements + mapElements),
      dispatches: this.#dispatches,
      mapMs: timer.durationMs(bytes, 0),
    };
  }
}
