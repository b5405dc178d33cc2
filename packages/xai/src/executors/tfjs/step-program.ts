import * as tf from '@tensorflow/tfjs';
import {
  channelPlane,
  KernelsError,
  throwIfAborted,
  valuesRead,
  type AblationInput,
  type FallbackStep,
  type StepPlan,
  type TensorSource,
  type ValueId,
} from '@ablation-cam/kernels';
import { takeTurns } from '../../runtime/turn.ts';
import { Constants } from './constants.ts';
import {
  compileDeltaStep,
  compileInputStep,
  frontierVariants,
  type CompiledInputStep,
} from './steps/compile-step.ts';
import type { CompiledStep } from './steps/compiled-step.ts';
import { lastStepOnCpu, type LastStepOnCpu } from './steps/last-step-on-cpu.ts';
import { Values, type Chunk } from './values.ts';

/** Inputs `first` to `first + inputs - 1` of a run, whose variants are taken `variants` at a time. */
export interface InputChunk {
  readonly first: number;
  readonly inputs: number;
  readonly variants: number;
}

/** A step ready to run, and the values that nobody reads after it. */
interface ReadyStep<Run> {
  readonly run: Run;
  readonly output: ValueId;
  readonly frees: readonly ValueId[];
}

/** A plan with its steps as functions of tensors; holds the weights until it is disposed of. */
export class StepProgram {
  readonly #plan: StepPlan;
  readonly #constants = new Constants();
  readonly #inputSteps: readonly ReadyStep<CompiledInputStep>[];
  readonly #deltaSteps: readonly ReadyStep<CompiledStep>[];
  readonly #fallback: FallbackStep | null;
  readonly #logitDelta: ValueId;
  /** What the CPU does itself instead of the last step; null where TensorFlow.js does all. */
  readonly #lastOnCpu: LastStepOnCpu | null;

  constructor(plan: StepPlan) {
    this.#plan = plan;
    const frees = valuesFreed(plan);
    const fallback = plan.variantSteps.find((step) => step.kind === 'fallback');
    this.#fallback = fallback ?? null;
    this.#logitDelta = plan.variantSteps.find((step) => step.kind === 'score')?.delta ?? -1;
    this.#lastOnCpu = lastStepOnCpu(plan);
    try {
      this.#inputSteps = plan.inputSteps.map((step) => ({
        run: compileInputStep(step, this.#constants),
        output: step.output,
        frees: frees.get(step) ?? [],
      }));
      this.#deltaSteps = plan.variantSteps.flatMap((step) => {
        if (step.kind === 'fallback' || step.kind === 'score' || this.#lastOnCpu) return [];
        const run = compileDeltaStep(step, this.#constants);
        return { run, output: step.output, frees: frees.get(step) ?? [] };
      });
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /**
   * Works out how far each logit falls without each channel, chunk of variants by chunk of variants.
   *
   * @param take is handed an input of the chunk, a channel and the falls, `[classes]`, which it may not keep
   * @throws the signal's reason between chunks of variants
   */
  async eachLogitDrop(
    input: AblationInput,
    { first, inputs, variants }: InputChunk,
    take: (n: number, channel: number, drops: Float64Array) => void,
  ): Promise<void> {
    const { channels, classes } = this.#plan;
    const drops = new Float64Array(classes);
    const values = new Values();
    try {
      this.#runInputSteps(values, input, first, inputs);
      if (this.#lastOnCpu) {
        await takeTurns();
        throwIfAborted(input.signal);
        await this.#lastOnCpu.run(values, inputs, drops, take);
        return;
      }
      for (let k = 0; k < channels; k += variants) {
        await takeTurns();
        if (k > 0) input.onProgress?.(first + (inputs * k) / channels);
        throwIfAborted(input.signal);
        const chunk = { inputs, first: k, variants: Math.min(variants, channels - k) };
        const found = await this.#chunkDrops(values, input, first, chunk);
        for (let row = 0; row < inputs * chunk.variants; row++) {
          for (let c = 0; c < classes; c++) drops[c] = found[row * classes + c] ?? 0;
          take(Math.floor(row / chunk.variants), k + (row % chunk.variants), drops);
        }
      }
    } finally {
      values.dispose();
    }
  }

  dispose(): void {
    this.#constants.dispose();
  }

  #runInputSteps(values: Values, input: AblationInput, first: number, inputs: number): void {
    const { given, tail, channels } = this.#plan;
    for (const { node, value } of given) {
      const source = node === tail.target ? input.activation : (input.constants?.get(node) ?? []);
      const rows = rowsOf(onCpu(source), input.inputs, first, inputs);
      values.set(value, tf.tensor2d(rows, [inputs, rows.length / inputs]));
    }
    tf.tidy(() => {
      const off = tf.tensor2d(offValues(input, channels, first, inputs), [inputs, channels]);
      for (const { run, output, frees } of this.#inputSteps) {
        values.set(
          output,
          tf.tidy(() => run(values, off)),
        );
        for (const id of frees) values.free(id);
      }
    });
  }

  /** `[inputs, variants, classes]` */
  async #chunkDrops(
    values: Values,
    input: AblationInput,
    firstInput: number,
    chunk: Chunk,
  ): Promise<Float32Array> {
    for (const { run, output, frees } of this.#deltaSteps) {
      values.set(
        output,
        tf.tidy(() => run(values, chunk)),
      );
      for (const id of frees) values.free(id);
    }
    if (this.#fallback) return this.#continueOutside(this.#fallback, values, input, firstInput, chunk);
    const deltas = values.get(this.#logitDelta, [this.#plan.classes]);
    try {
      return await deltas.data<'float32'>();
    } finally {
      deltas.dispose();
    }
  }

  async #continueOutside(
    step: FallbackStep,
    values: Values,
    input: AblationInput,
    firstInput: number,
    chunk: Chunk,
  ): Promise<Float32Array> {
    const { inputs, variants } = chunk;
    const { classes } = this.#plan;
    const tensors = tf.tidy(() => frontierVariants(step, values, chunk));
    try {
      const data = await Promise.all(tensors.map((tensor) => tensor.data<'float32'>()));
      const logits = await input.continueFrom?.({
        inputs,
        variants,
        tensors: step.frontier.map(({ node }, i) => ({ node, values: data[i] ?? new Float32Array() })),
      });
      if (logits?.length !== inputs * variants * classes) {
        throw new KernelsError(
          'invalid-input',
          `Expected ${String(inputs * variants * classes)} logits from \`continueFrom\`, got ${String(logits?.length)}.`,
        );
      }
      const base = rowsOf(onCpu(input.logits), input.inputs, firstInput, inputs);
      return logits.map((logit, i) => {
        const n = Math.floor(i / (variants * classes));
        return (base[n * classes + (i % classes)] ?? 0) - logit;
      });
    } finally {
      tf.dispose(tensors);
    }
  }
}

/**
 * The values each step is the last to read. Base and off values that variants read stay for all chunks of variants; deltas
 * do not.
 */
function valuesFreed({ inputSteps, variantSteps, values }: StepPlan): Map<object, ValueId[]> {
  const lastReader = new Map<ValueId, object>();
  for (const step of inputSteps) for (const id of valuesRead(step)) lastReader.set(id, step);
  for (const step of variantSteps) {
    for (const id of valuesRead(step)) {
      if (values[id]?.stream === 'delta') lastReader.set(id, step);
      else lastReader.delete(id);
    }
  }
  const freed = new Map<object, ValueId[]>();
  for (const [id, step] of lastReader) freed.set(step, [...(freed.get(step) ?? []), id]);
  return freed;
}

/** The value that stands for "off", `[inputs, channels]`. */
function offValues(
  { ablation, activation, inputs: all }: AblationInput,
  channels: number,
  first: number,
  inputs: number,
): Float32Array {
  if (ablation.kind === 'values') {
    const { values } = ablation;
    if (values.length !== channels) return rowsOf(values, all, first, inputs);
    return Float32Array.from({ length: inputs * channels }, (_, i) => values[i % channels] ?? 0);
  }
  const own = rowsOf(onCpu(activation), all, first, inputs);
  const size = own.length / inputs;
  return Float32Array.from({ length: inputs * channels }, (_, i) => {
    const n = Math.floor(i / channels);
    const plane = channelPlane(own.subarray(n * size, (n + 1) * size), i % channels, channels);
    return plane.reduce((sum, value) => sum + value, 0) / plane.length;
  });
}

/** Inputs `first` to `first + inputs - 1` of an array with a row for each of `all` inputs. */
export function rowsOf(values: Float32Array, all: number, first: number, inputs: number): Float32Array {
  const size = values.length / all;
  return values.subarray(first * size, (first + inputs) * size);
}

/** @throws KernelsError `invalid-input` for a tensor on a GPU */
export function onCpu(source: TensorSource | readonly never[]): Float32Array {
  if (source instanceof Float32Array) return source;
  throw new KernelsError('invalid-input', 'The tfjs executor takes tensors on the CPU, got a GPU buffer.');
}
