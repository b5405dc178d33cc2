import type { AblationInput } from '../../ablation/contract.ts';
import { throwIfAborted } from '../../ablation/validate.ts';
import type { Device } from '../../device/device.ts';
import type { StepPlan } from '../../plan/step-plan.ts';
import type { VariantStep } from '../../plan/steps.ts';
import { BufferScope } from '../buffer-scope.ts';
import type { ChunkRequest } from '../chunked-ablation.ts';
import { scoreLaunch, type RunShape } from '../operations/ends.ts';
import { LaunchEncoder, type Launch } from '../operations/launch.ts';
import type { VariantBatch } from '../operations/result.ts';
import type { ChunkOutput } from '../run-output.ts';
import { scoreCode } from '../variants.ts';
import { chunkBuffers, type ChunkBuffers } from './chunk-buffers.ts';
import { continueOutside, frontierLaunches, type FrontierDeltas } from './fallback.ts';
import { evaluateLaunches } from './input-steps.ts';
import { readResults } from './read-results.ts';
import { StepContext } from './step-context.ts';
import type { Uploaded } from './step-constants.ts';
import { switchOffLaunches } from './switch-off.ts';
import { variantLaunches } from './variant-steps.ts';

/** Runs all steps for one chunk of inputs: one submission for each chunk of variants, one read-back at the end. */
export class InputChunkRun {
  readonly #device: Device;
  readonly #uploaded: Uploaded<StepPlan>;
  readonly #input: AblationInput;
  readonly #chunk: ChunkRequest;
  readonly #scope: BufferScope;
  readonly #shape: RunShape;
  #dispatches = 0;

  constructor(device: Device, uploaded: Uploaded<StepPlan>, input: AblationInput, chunk: ChunkRequest) {
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

  /** @param collect copies what it is handed: it ends when that returns */
  async run(collect: (output: ChunkOutput) => void): Promise<void> {
    const { plan } = this.#uploaded;
    try {
      const { gpu } = this.#device;
      const buffers = await this.#submit((encoder) =>
        chunkBuffers(plan, this.#input, this.#chunk, this.#scope, gpu.queue, encoder),
      );
      await this.#launch(() => this.#inputLaunches(buffers), this.#scope);
      for (let first = 0; first < plan.channels; first += this.#chunk.variants) {
        if (first > 0)
          this.#input.onProgress?.(this.#chunk.firstInput + (this.#chunk.inputs * first) / plan.channels);
        throwIfAborted(this.#input.signal);
        await this.#runVariants(buffers, first, Math.min(this.#chunk.variants, plan.channels - first));
      }
      throwIfAborted(this.#input.signal);
      await readResults(
        this.#device,
        this.#scope,
        this.#shape,
        buffers,
        this.#chunk.wanted.maps,
        this.#dispatches,
        collect,
      );
    } finally {
      this.#scope.dispose();
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
      const launcher = new LaunchEncoder(this.#device, scope, this.#uploaded.pipelines);
      launcher.encode(encoder, launcher.bind(launches));
      this.#dispatches += launches.length;
    });
  }

  #context(batch: VariantBatch, buffers: ChunkBuffers, scope = this.#scope): StepContext {
    return new StepContext(batch, buffers.values, this.#uploaded.constants, scope);
  }

  #inputLaunches(buffers: ChunkBuffers): Launch[] {
    const { inputs } = this.#chunk;
    const context = this.#context({ inputs, variants: 1, firstVariant: 0 }, buffers);
    return this.#uploaded.plan.inputSteps.flatMap((step) => {
      if (step.kind === 'evaluate') return evaluateLaunches(step, context);
      return switchOffLaunches(
        step,
        this.#input,
        this.#chunk,
        this.#shape,
        buffers.activation,
        context,
        this.#scope,
      );
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
    const { wanted, classTable } = this.#chunk;
    const scoring = {
      score: scoreCode(score, this.#uploaded.plan.scoreFunction),
      weighting,
      norm,
      wanted,
      listsPerInput: classTable.isPerInput,
    };
    const drops = context.value(step.delta);
    return [scoreLaunch(this.#shape, scoring, context.batch, { ...buffers, drops }, buffers.result)];
  }
}
