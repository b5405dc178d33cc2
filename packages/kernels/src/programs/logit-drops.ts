import type { AblationInput } from '../ablation/contract.ts';
import { logitDropsOutside } from '../ablation/logit-drops-outside.ts';
import { throwIfAborted } from '../ablation/validate.ts';
import type { Chunk } from '../lowering/length.ts';
import type { ProgramOutput } from '../lowering/program.ts';
import type { StepPlan } from '../plan/step-plan.ts';
import type { RunResults } from '../reference/run-results.ts';
import type { ReadyProgram } from './plan-programs.ts';
import type { ProgramEngine, ProgramRun } from './program-engine.ts';
import { onCpu, rowsOf } from './run-input.ts';

/** Inputs `first` to `first + inputs - 1` of a run, whose variants are taken `variants` at a time. */
export interface ProgramChunk {
  readonly first: number;
  readonly inputs: number;
  readonly variants: number;
}

/** A chunk of inputs whose program has begun. */
export interface BegunChunk {
  readonly plan: StepPlan;
  readonly ready: ReadyProgram;
  readonly run: ProgramRun;
  readonly input: AblationInput;
  readonly chunk: ProgramChunk;
  readonly results: RunResults;
  /** When the ablation began. */
  readonly start: number;
  readonly takeTurns: ProgramEngine['takeTurns'];
}

/**
 * Weighs the channels of a chunk of inputs, and makes their maps.
 *
 * @throws the signal's reason
 */
export async function weighInputs(begun: BegunChunk): Promise<void> {
  const { input, chunk, results, start, takeTurns } = begun;
  const weights = Array.from({ length: chunk.inputs }, (_, n) => results.open(chunk.first + n));
  await eachLogitDrop(begun, (n, channel, drops) => weights[n]?.add(channel, drops));
  results.output.operationsLeftOut += begun.run.operationsLeftOut;
  results.output.timings.ablationMs += performance.now() - start;
  for (const [n, own] of weights.entries()) {
    await takeTurns();
    throwIfAborted(input.signal);
    results.close(chunk.first + n, own);
  }
}

/** Is handed an input of the chunk, a channel and how far the logits fall without it, `[classes]`, which it may not keep. */
type TakeDrops = (n: number, channel: number, drops: Float64Array) => void;

/** Works out how far each logit falls without each channel. @throws the signal's reason */
async function eachLogitDrop(
  {
    plan,
    ready: { program, lastStep },
    run,
    input,
    chunk: { first, inputs, variants },
    takeTurns,
  }: BegunChunk,
  take: TakeDrops,
): Promise<void> {
  const { channels, classes } = plan;
  const { signal } = input;
  const drops = new Float64Array(classes);
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
