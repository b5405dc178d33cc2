import type { AblationInput } from '../ablation/contract.ts';
import { logitDropsOutside } from '../ablation/logit-drops-outside.ts';
import { throwIfAborted } from '../ablation/validate.ts';
import type { LastStep } from '../lowering/last-step.ts';
import type { Chunk } from '../lowering/length.ts';
import type { Program, ProgramOutput, Tensor } from '../lowering/program.ts';
import type { StepPlan } from '../plan/step-plan.ts';
import type { LoadedProgram, ProgramEngine, ProgramRun } from './program-engine.ts';
import { offRows, onCpu, rowsOf } from './run-input.ts';

/** Inputs `first` to `first + inputs - 1` of a run, whose variants are taken `variants` at a time. */
export interface ProgramChunk {
  readonly first: number;
  readonly inputs: number;
  readonly variants: number;
}

/** Is handed an input of the chunk, a channel and how far the logits fall without it, `[classes]`, which it may not keep. */
export type TakeDrops = (n: number, channel: number, drops: Float64Array) => void;

/** A plan's program, and what is not done by it. */
export interface PlanProgram {
  /** Without the constants, whose arrays may be forgotten once they are uploaded. */
  readonly program: Omit<Program, 'constants'>;
  readonly loaded: LoadedProgram;
  /** What the CPU does behind the program; null where the program does all. */
  readonly lastStep: LastStep | null;
}

/**
 * Runs a plan's program for some inputs: works out how far each logit falls without each channel.
 *
 * @throws the signal's reason
 */
export async function eachLogitDrop(
  plan: StepPlan,
  { program, loaded, lastStep }: PlanProgram,
  input: AblationInput,
  { first, inputs, variants }: ProgramChunk,
  take: TakeDrops,
  takeTurns: ProgramEngine['takeTurns'],
): Promise<void> {
  const { channels, classes } = plan;
  const { signal } = input;
  const drops = new Float64Array(classes);
  const run = await loaded.begin(broughtAlong(plan, program, input, first, inputs), inputs, signal);
  try {
    const { output } = program;
    if (output.kind === 'streams' && lastStep) {
      const [base, off] = [await run.read(output.base), await run.read(output.off)];
      for (let n = 0; n < inputs; n++) {
        await takeTurns();
        throwIfAborted(signal);
        for (let k = 0; k < channels; k++) {
          lastStep.dropsOf(n, k, base, off, drops);
          take(n, k, drops);
        }
      }
      return;
    }
    for (let k = 0; k < channels; k += variants) {
      if (k > 0) input.onProgress?.(first + (inputs * k) / channels);
      // The last chunk is as long as the others, and does some variants again: engines are prepared for one length.
      const chunk = { inputs, first: Math.min(k, channels - variants), variants };
      await run.each(chunk, signal);
      const found = await chunkDrops(output, run, input, first, chunk);
      for (let row = 0; row < inputs * variants; row++) {
        const channel = chunk.first + (row % variants);
        if (channel < k) continue;
        for (let c = 0; c < classes; c++) drops[c] = found[row * classes + c] ?? 0;
        take(Math.floor(row / variants), channel, drops);
      }
    }
  } finally {
    run.dispose();
  }
}

/** What the run brings along and the program reads. */
function broughtAlong(
  { tail, channels }: StepPlan,
  { given, off }: PlanProgram['program'],
  input: AblationInput,
  first: number,
  inputs: number,
): Map<Tensor, Float32Array> {
  const values = new Map<Tensor, Float32Array>();
  for (const { node, value } of given) {
    const source = node === tail.target ? input.activation : (input.constants?.get(node) ?? []);
    const rows = rowsOf(onCpu(source), input.inputs, first, inputs);
    if (value !== null) values.set(value, rows);
  }
  if (off !== null) values.set(off, offRows(input, channels, first, inputs));
  return values;
}

/** `[inputs, variants, classes]` */
async function chunkDrops(
  output: ProgramOutput,
  run: ProgramRun,
  input: AblationInput,
  firstInput: number,
  { inputs, variants }: Chunk,
): Promise<Float32Array | Float64Array> {
  if (output.kind === 'logit-drops') return run.read(output.value);
  if (output.kind === 'streams') throw new RangeError('Nobody does the last step of the program.');
  const data = await Promise.all(output.tensors.map(({ value }) => run.read(value)));
  const frontier = output.tensors.map(({ node }, i) => ({ node, values: data[i] ?? new Float32Array() }));
  const base = rowsOf(onCpu(input.logits), input.inputs, firstInput, inputs);
  return logitDropsOutside(input.continueFrom, { inputs, variants, tensors: frontier }, base);
}
