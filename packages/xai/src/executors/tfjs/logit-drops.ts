import * as tf from '@tensorflow/tfjs';
import {
  KernelsError,
  shapeIn,
  throwIfAborted,
  type AblationInput,
  type Chunk,
  type ProgramOutput,
  type StepPlan,
} from '@ablation-cam/kernels';
import { takeTurns } from '../../runtime/turn.ts';
import { Tensors, type LoadedProgram } from './loaded-program.ts';
import { offValues, onCpu, rowsOf } from './run-input.ts';

/** Inputs `first` to `first + inputs - 1` of a run, whose variants are taken `variants` at a time. */
export interface InputChunk {
  readonly first: number;
  readonly inputs: number;
  readonly variants: number;
}

/** Is handed an input of the chunk, a channel and how far the logits fall without it, `[classes]`, which it may not keep. */
export type TakeDrops = (n: number, channel: number, drops: Float64Array) => void;

/**
 * Runs a plan's program for some inputs: works out how far each logit falls without each channel.
 *
 * @throws the signal's reason between any two operations
 */
export async function eachLogitDrop(
  plan: StepPlan,
  loaded: LoadedProgram,
  input: AblationInput,
  { first, inputs, variants }: InputChunk,
  take: TakeDrops,
): Promise<void> {
  const { channels, classes } = plan;
  const { program, lastStep } = loaded;
  const tensors = new Tensors();
  const drops = new Float64Array(classes);
  try {
    bringAlong(plan, loaded, tensors, input, first, inputs);
    await loaded.run(program.once, tensors, { inputs, first: 0, variants }, input.signal);
    const { output } = program;
    if (output.kind === 'streams' && lastStep) {
      const [base, off] = await readStreams(output, tensors);
      for (let n = 0; n < inputs; n++) {
        await takeTurns();
        throwIfAborted(input.signal);
        for (let k = 0; k < channels; k++) {
          lastStep.dropsOf(n, k, base, off, drops);
          take(n, k, drops);
        }
      }
      return;
    }
    for (let k = 0; k < channels; k += variants) {
      if (k > 0) input.onProgress?.(first + (inputs * k) / channels);
      const chunk = { inputs, first: k, variants: Math.min(variants, channels - k) };
      await loaded.run(program.each, tensors, chunk, input.signal);
      const found = await chunkDrops(output, tensors, plan, input, first, chunk);
      for (let row = 0; row < inputs * chunk.variants; row++) {
        for (let c = 0; c < classes; c++) drops[c] = found[row * classes + c] ?? 0;
        take(Math.floor(row / chunk.variants), k + (row % chunk.variants), drops);
      }
    }
  } finally {
    tensors.dispose();
  }
}

async function readStreams(
  { base, off }: Extract<ProgramOutput, { readonly kind: 'streams' }>,
  tensors: Tensors,
): Promise<[Float32Array, Float32Array]> {
  return Promise.all([tensors.get(base).data<'float32'>(), tensors.get(off).data<'float32'>()]);
}

/** Uploads what the run brings along and the program reads. */
function bringAlong(
  { tail, channels }: StepPlan,
  { program }: LoadedProgram,
  tensors: Tensors,
  input: AblationInput,
  first: number,
  inputs: number,
): void {
  const chunk = { inputs, variants: channels };
  const shapeOf = (value: number): number[] => shapeIn(program.values[value] ?? [], chunk);
  for (const { node, value } of program.given) {
    const source = node === tail.target ? input.activation : (input.constants?.get(node) ?? []);
    const rows = rowsOf(onCpu(source), input.inputs, first, inputs);
    if (value !== null) tensors.set(value, tf.tensor(rows, shapeOf(value)));
  }
  const { off } = program;
  if (off !== null) tensors.set(off, tf.tensor(offValues(input, channels, first, inputs), shapeOf(off)));
}

/** `[inputs, variants, classes]` */
async function chunkDrops(
  output: ProgramOutput,
  tensors: Tensors,
  { classes }: StepPlan,
  input: AblationInput,
  firstInput: number,
  { inputs, variants }: Chunk,
): Promise<Float32Array> {
  if (output.kind === 'logit-drops') return tensors.get(output.value).data<'float32'>();
  if (output.kind === 'streams') throw new RangeError('Nobody does the last step of the program.');
  const data = await Promise.all(output.tensors.map(({ value }) => tensors.get(value).data<'float32'>()));
  const logits = await input.continueFrom?.({
    inputs,
    variants,
    tensors: output.tensors.map(({ node }, i) => ({ node, values: data[i] ?? new Float32Array() })),
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
}
