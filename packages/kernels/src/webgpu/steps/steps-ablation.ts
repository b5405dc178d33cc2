import type { AblationInput, AblationOutput, PreparedAblation } from '../../ablation/contract.ts';
import { mapsPerInput, throwIfAborted, validateInput } from '../../ablation/validate.ts';
import type { Device } from '../../device/device.ts';
import { chunkSizes } from '../../plan/chunk-sizes.ts';
import type { StepPlan } from '../../plan/step-plan.ts';
import { BufferScope } from '../buffer-scope.ts';
import { preparePipelines } from '../operations/launch.ts';
import { WEIGHTED_MAP } from '../shaders.ts';
import { InputChunkRun, type InputChunkOutput, type UploadedSteps } from './input-chunk.ts';
import { planKernels } from './plan-kernels.ts';
import { uploadConstants } from './step-constants.ts';

/** Uploads the weights of the plan's steps and compiles what they need; the caller disposes of the result. */
export async function prepareSteps(
  device: Device,
  plan: StepPlan,
  budgetBytes: number,
): Promise<PreparedAblation> {
  const scope = new BufferScope(device);
  const steps = [...plan.inputSteps, ...plan.variantSteps];
  try {
    const constants = await device.checked(
      'weights of the tail',
      () => new Map(steps.map((step) => [step, uploadConstants(step, scope)])),
    );
    const [pipelines] = await Promise.all([
      preparePipelines(device, planKernels(plan, constants)),
      ...[0, 1].map((isSingle) => device.pipeline(WEIGHTED_MAP, { IS_SINGLE: isSingle })),
    ]);
    return new StepsAblation(device, { plan: { ...plan, budgetBytes }, constants, pipelines }, scope);
  } catch (error) {
    scope.dispose();
    throw error;
  }
}

class StepsAblation implements PreparedAblation {
  readonly #device: Device;
  readonly #uploaded: UploadedSteps;
  readonly #scope: BufferScope;

  constructor(device: Device, uploaded: UploadedSteps, scope: BufferScope) {
    this.#device = device;
    this.#uploaded = uploaded;
    this.#scope = scope;
  }

  get plan(): StepPlan {
    return this.#uploaded.plan;
  }

  async run(input: AblationInput): Promise<AblationOutput> {
    validateInput(this.plan, input);
    const maps = mapsPerInput(input.classes, this.plan.classes);
    const { inputs, variants } = chunkSizes(this.plan, input.inputs, maps);
    const mapPipeline = await this.#device.pipeline(WEIGHTED_MAP, { IS_SINGLE: maps === 1 ? 1 : 0 });
    const output = emptyOutput(this.plan, input.inputs, maps);
    for (let firstInput = 0; firstInput < input.inputs; firstInput += inputs) {
      throwIfAborted(input.signal);
      const start = performance.now();
      const chunk = { firstInput, inputs: Math.min(inputs, input.inputs - firstInput), variants };
      const run = new InputChunkRun(this.#device, this.#uploaded, input, chunk);
      const result = await run.run(mapPipeline, maps);
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
  timings: { ablationMs: number; mapMs: number };
};

function emptyOutput(plan: StepPlan, inputs: number, maps: number): Collected {
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
    timings: { ablationMs: 0, mapMs: 0 },
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
