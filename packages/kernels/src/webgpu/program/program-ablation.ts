import type { PreparedAblation } from '../../ablation/contract.ts';
import { throwIfAborted } from '../../ablation/validate.ts';
import type { Device } from '../../device/device.ts';
import { BufferUsage } from '../../device/usage.ts';
import type { ChunkSizes } from '../../plan/chunk-sizes.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Wanted } from '../../plan/result-layout.ts';
import { BufferScope } from '../buffer-scope.ts';
import { ChunkedAblation, type ChunkRunner, type MapMaker } from '../chunked-ablation.ts';
import type { BufferSpec, ConstantSpec } from '../launch/buffer-spec.ts';
import type { FrameOwner } from '../launch/frame.ts';
import type { Kernel } from '../launch/launch.ts';
import type { Layout } from '../launch/layout.ts';
import { Pipelines } from '../launch/pipelines.ts';
import { kernelsOf, settingsKey, settingsOf, type ChunkProgram, type RunSettings } from './chunk-program.ts';
import { ChunkLine } from './chunk-line.ts';
import { Frames } from './frames.ts';
import { runChunk } from './run-chunk.ts';

/** A plan as programs of chunks. */
export interface Programmed {
  /** K */
  readonly channels: number;
  /** What stays on the device between runs. */
  readonly constants: readonly ConstantSpec[];
  /** What of them the steps read, each of which reads its own once; several may share one. */
  readonly constantReadBytes: number;
  /** The chunks of a run over `inputs` inputs of which this is wanted. */
  readonly chunkSizes: (inputs: number, wanted: Wanted) => ChunkSizes;
  readonly program: (settings: RunSettings) => ChunkProgram;
  /** Those that are compiled when a plan is prepared; others are when a run needs them. */
  readonly kernels: (mapMaker: MapMaker) => Iterable<Kernel>;
}

export interface ProgramOptions {
  readonly layout: Layout;
  readonly mapMaker: MapMaker;
  /** Whether passes are timed on the GPU. */
  readonly timesPasses: boolean;
}

/** Uploads what a plan keeps on the device and compiles kernels; the caller disposes of the result. */
export async function prepareProgram<Planned extends Plan>(
  device: Device,
  plan: Planned,
  programmed: Programmed,
  { layout, mapMaker, timesPasses }: ProgramOptions,
): Promise<PreparedAblation<Planned>> {
  const weights = new BufferScope(device);
  try {
    const constants = await device.checked('weights of the tail', () => {
      return new Map<BufferSpec, GPUBuffer>(
        programmed.constants.map((spec) => [
          spec,
          weights.upload(spec.label, spec.contents(), BufferUsage.storage),
        ]),
      );
    });
    const pipelines = new Pipelines(device, layout);
    await pipelines.prepare(programmed.kernels(mapMaker));
    const source = { device, layout, pipelines, constants };
    return new ChunkedAblation(
      device,
      plan,
      new ProgramRunner(source, programmed, weights, timesPasses),
      mapMaker,
    );
  } catch (error) {
    weights.dispose();
    throw error;
  }
}

/** Runs chunks, with what runs have in common made once. */
class ProgramRunner implements ChunkRunner {
  readonly #source: FrameOwner;
  readonly #programmed: Programmed;
  readonly #weights: BufferScope;
  readonly #timesPasses: boolean;
  readonly #frames: Frames;
  readonly #compiled = new WeakSet<ChunkProgram>();

  /** @param weights the runner's from now on */
  constructor(source: FrameOwner, programmed: Programmed, weights: BufferScope, timesPasses: boolean) {
    this.#source = source;
    this.#programmed = programmed;
    this.#weights = weights;
    this.#timesPasses = timesPasses;
    this.#frames = new Frames(source);
  }

  chunkSizes(inputs: number, wanted: Wanted): ChunkSizes {
    return this.#programmed.chunkSizes(inputs, wanted);
  }

  async run(...[input, chunks, taker]: Parameters<ChunkRunner['run']>): Promise<void> {
    const { device } = this.#source;
    const { channels } = this.#programmed;
    const timesPasses = this.#timesPasses;
    let line: ChunkLine | null = null;
    try {
      for (const chunk of chunks) {
        throwIfAborted(input.signal);
        const program = await this.#program(settingsOf(input, chunk, channels));
        // The last chunk may be smaller: it has a frame of its own, for which there is room once the other is free.
        if (line && line.program !== program) line = await this.#ended(line);
        line ??= new ChunkLine(program, this.#frames.take(program));
        const { frame } = line;
        const run = { device, program, frame, input, chunk, channels, timesPasses };
        await line.add(async () => {
          await runChunk(run, (output) => {
            taker.collect(output, chunk);
          });
          taker.done(chunk);
        });
      }
      if (line) line = await this.#ended(line);
    } catch (error) {
      await line?.abandon();
      throw error;
    }
  }

  /** That of a chunk, compiled. */
  async #program(settings: RunSettings): Promise<ChunkProgram> {
    const program = this.#frames.program(settingsKey(settings), () => this.#programmed.program(settings));
    if (this.#compiled.has(program)) return program;
    await this.#source.pipelines.prepare(kernelsOf(program));
    this.#compiled.add(program);
    return program;
  }

  /** Gives the frame of a line back once its chunks are done. */
  async #ended(line: ChunkLine): Promise<null> {
    await line.end();
    this.#frames.giveBack(line.frame, line.program);
    return null;
  }

  dispose(): void {
    this.#frames.dispose();
    this.#weights.dispose();
  }
}
