import type { AblationInput, TensorSource } from '../../ablation/contract.ts';
import { throwIfAborted } from '../../ablation/validate.ts';
import type { Device } from '../../device/device.ts';
import { KernelsError } from '../../errors.ts';
import type { ChunkRequest } from '../chunked-ablation.ts';
import { encodeLaunches, type Frame } from '../launch/frame.ts';
import type { Launch } from '../launch/launch.ts';
import { PassTimer } from '../pass-timer.ts';
import type { ChunkOutput } from '../run-output.ts';
import { continueOutside } from '../steps/fallback.ts';
import { readBackBytes, type ChunkProgram, type GivenTensor } from './chunk-program.ts';

/** Passes of a submission: the ablation and the maps. */
const PASSES = 2;

/** What a run of a chunk is to do besides its program. */
export interface ChunkRun {
  readonly device: Device;
  readonly program: ChunkProgram;
  /** Nobody else uses it meanwhile. */
  readonly frame: Frame;
  readonly input: AblationInput;
  readonly chunk: ChunkRequest;
  /** K */
  readonly channels: number;
  /** Whether passes are timed, where all of them are in one submission and the device has timestamps. */
  readonly timesPasses: boolean;
}

/**
 * Runs a chunk of inputs: one submission for each chunk of variants, the next of which is encoded while one is computed, and one
 * read-back at the end. A chunk of one submission waits for the device once.
 *
 * @param collect copies what it is handed: it ends when that returns
 * @throws KernelsError `gpu-validation`, `out-of-memory`, `device-lost`; the signal's reason
 */
export async function runChunk(run: ChunkRun, collect: (output: ChunkOutput) => void): Promise<void> {
  const { device, program, input, chunk, channels } = run;
  const isOne = program.batches === 1 && program.batch(0).segments.every(({ frontier }) => !frontier);
  const timer = run.timesPasses && isOne && device.hasTimestamps ? new PassTimer(device, PASSES) : null;
  const submissions = new Submissions(run, timer);
  try {
    let before: Promise<unknown> | undefined;
    for (let at = 0; at < program.batches; at++) {
      throwIfAborted(input.signal);
      const { firstVariant, segments } = program.batch(at);
      const isLast = at === program.batches - 1;
      for (const [index, { launches, frontier }] of segments.entries()) {
        if (isLast && index === segments.length - 1) {
          await submissions.last(launches, collect);
          break;
        }
        submissions.submit(launches);
        if (frontier) {
          await continueOutside(device, frontier, run.frame, program.logits, input.continueFrom);
        }
      }
      const done = isLast ? undefined : submissions.done();
      await before;
      if (before) report(input, chunk, firstVariant / channels);
      before = done;
    }
    if (program.batches > 1) throwIfAborted(input.signal);
  } finally {
    timer?.dispose();
  }
}

/** Returns how often a run of a chunk submits work. */
export function submissionsOf(program: ChunkProgram): number {
  return program.batches * program.batch(0).segments.length;
}

/**
 * Returns how often a run of a chunk waits for the device: once for what is read back; before that for each chunk of variants but
 * the last two, and where a plan leaves the kernels for each tensor and the logits.
 */
export function waitsOf(program: ChunkProgram): number {
  const outside = program.batch(0).segments.reduce((sum, { frontier }) => {
    if (!frontier) return sum;
    return sum + 1 + frontier.tensors.reduce((reads, { deltas }) => reads + (deltas ? 2 : 1), 0);
  }, 0);
  return 1 + Math.max(0, program.batches - 2) + program.batches * outside;
}

/** @param share of the variants that are done */
function report({ onProgress }: AblationInput, { firstInput, inputs }: ChunkRequest, share: number): void {
  onProgress?.(firstInput + inputs * share);
}

/** The submissions of a chunk, in order: the first fills the buffers, the last makes the maps and reads back. */
class Submissions {
  readonly #run: ChunkRun;
  readonly #timer: PassTimer | null;
  readonly #accepted: Promise<void>[] = [];
  #dispatches = 0;
  #isFirst = true;

  constructor(run: ChunkRun, timer: PassTimer | null) {
    this.#run = run;
    this.#timer = timer;
  }

  submit(launches: readonly Launch[]): void {
    const { device } = this.#run;
    const { accepted } = device.watched('ablation', () => {
      const encoder = device.gpu.createCommandEncoder({ label: 'ablation' });
      this.#encode(encoder, launches);
      device.gpu.queue.submit([encoder.finish()]);
    });
    this.#accepted.push(accepted);
    // What was encoded runs although its parameters are given back.
    this.#run.frame.unbind(launches);
  }

  /** When everything so far was computed. */
  done(): Promise<unknown> {
    const { device } = this.#run;
    const done = Promise.all([device.settled(device.gpu.queue.onSubmittedWorkDone()), ...this.#accepted]);
    done.catch(() => undefined);
    return done;
  }

  async last(launches: readonly Launch[], collect: (output: ChunkOutput) => void): Promise<void> {
    const { program, frame } = this.#run;
    const byteLength = (this.#timer?.byteLength ?? 0) + readBackBytes(program);
    const read = frame.read(
      byteLength,
      (target) => {
        this.#submitLast(launches, target);
      },
      (bytes) => {
        collect(this.#decode(bytes));
      },
    );
    await Promise.all([read, ...this.#accepted]);
    if (program.batches > 1) frame.unbind(launches);
  }

  #submitLast(launches: readonly Launch[], readBack: GPUBuffer): void {
    const { device, program, frame } = this.#run;
    const timer = this.#timer;
    const encoder = device.gpu.createCommandEncoder({ label: 'ablation' });
    this.#encode(encoder, launches, program.mapLaunches);
    timer?.resolve(encoder, readBack);
    let at = timer?.byteLength ?? 0;
    for (const { spec, byteLength } of program.readBack) {
      encoder.copyBufferToBuffer(frame.buffer(spec), 0, readBack, at, byteLength);
      at += byteLength;
    }
    device.gpu.queue.submit([encoder.finish()]);
  }

  /** In one pass, or where passes are timed the maps in one of their own. */
  #encode(encoder: GPUCommandEncoder, launches: readonly Launch[], maps: readonly Launch[] = []): void {
    const { program } = this.#run;
    const lists = [...(this.#isFirst ? [program.inputLaunches] : []), launches];
    if (this.#isFirst) this.#fill(encoder);
    this.#isFirst = false;
    const passes = this.#timer ? [lists, [maps]] : [[...lists, maps]];
    passes.forEach((inPass, number) => {
      const pass = encoder.beginComputePass({
        label: 'ablation',
        ...(this.#timer && { timestampWrites: this.#timer.writes(number) }),
      });
      for (const list of inPass) {
        encodeLaunches(pass, this.#run.frame.bound(list));
        this.#dispatches += list.length;
      }
      pass.end();
    });
  }

  #fill(encoder: GPUCommandEncoder): void {
    const { frame, program, input, chunk } = this.#run;
    fillTensors(frame, encoder, program.given, input, chunk);
    for (const { spec, contents } of program.settings) frame.set(spec, contents(input, chunk));
  }

  #decode(bytes: ArrayBuffer): ChunkOutput {
    const { program } = this.#run;
    const timer = this.#timer;
    let at = timer?.byteLength ?? 0;
    const [result = new Float32Array(), logits = new Float32Array(), activation = null] =
      program.readBack.map(({ byteLength }) => {
        const part = new Float32Array(bytes, at, byteLength / 4);
        at += byteLength;
        return part;
      });
    const maps = program.mapLaunches.length;
    const mapMs = timer?.durationMs(bytes, 1) ?? 0;
    return {
      result,
      logits,
      activation,
      dispatches: { ablation: this.#dispatches - maps, map: maps },
      mapMs,
      gpuMs: timer && timer.durationMs(bytes, 0) + mapMs,
    };
  }
}

/** Fills the buffers of tensors with a chunk's part of what comes with the run. */
export function fillTensors(
  frame: Frame,
  encoder: GPUCommandEncoder,
  tensors: readonly GivenTensor[],
  input: AblationInput,
  chunk: ChunkRequest,
): void {
  for (const given of tensors) fillTensor(frame, encoder, given, sourceOf(input, given), chunk);
}

/** Fills a buffer with a chunk's part of a tensor; a buffer that holds just the chunk is used where it lies. */
function fillTensor(
  frame: Frame,
  encoder: GPUCommandEncoder,
  { spec, elements, isKept }: GivenTensor,
  source: TensorSource,
  { firstInput, inputs }: ChunkRequest,
): void {
  const byteLength = 4 * inputs * elements;
  if (source instanceof Float32Array) {
    frame.displace(spec);
    frame.write(spec, source.subarray(firstInput * elements, (firstInput + inputs) * elements));
  } else if (isKept && firstInput === 0 && source.size <= byteLength + 3) {
    frame.place(spec, source);
  } else {
    frame.displace(spec);
    encoder.copyBufferToBuffer(source, 4 * firstInput * elements, frame.buffer(spec), 0, byteLength);
  }
}

/** @throws KernelsError `invalid-input` where a constant is missing */
function sourceOf(input: AblationInput, { source, elements }: GivenTensor): TensorSource {
  if (source === 'activation') return input.activation;
  if (source === 'logits') return input.logits;
  const values = input.constants?.get(source);
  if (values) return values;
  throw new KernelsError(
    'invalid-input',
    `The tail reads node ${String(source)}, so \`constants\` needs its ${String(elements)} values for each input.`,
  );
}
