import type { Executor } from '../ablation/contract.ts';
import { throwIfAborted } from '../ablation/validate.ts';
import type { Chunk } from '../lowering/length.ts';
import { outputTensors } from '../lowering/program-builder.ts';
import type { Program, Tensor } from '../lowering/program.ts';
import { programExecutor } from '../programs/program-executor.ts';
import type { LoadedProgram, ProgramEngine, ProgramRun } from '../programs/program-engine.ts';
import { ProgramSession, type SessionOptions } from './session.ts';
import { writeProgram } from './write-program.ts';

/**
 * What a chunk may hold. The deltas of larger ones leave the cache, and a chunk is one call, in which the thread does nothing else:
 * a twentieth of a second on two cores.
 */
const CHUNKS = { bytes: 32 * 1024 * 1024, operations: 2e9 };

/**
 * Returns the executor that runs plans with ONNX Runtime, on the CPU and with its threads.
 *
 * @param takeTurns lets others on the thread have their turn; called between chunks
 */
export function onnxRuntimeExecutor(
  takeTurns: ProgramEngine['takeTurns'],
  options: SessionOptions = {},
): Executor {
  return programExecutor(onnxRuntimeEngine(takeTurns, options));
}

/** What ONNX Runtime does for plans. */
export function onnxRuntimeEngine(
  takeTurns: ProgramEngine['takeTurns'],
  options: SessionOptions,
): ProgramEngine {
  return {
    name: 'onnxruntime',
    chunks: CHUNKS,
    mostOperations: Infinity,
    takesGroups: true,
    takesAnyChunk: false,
    load: (program, variants) => SessionProgram.load(program, variants, takeTurns, options),
    takeTurns,
  };
}

/** A program as two sessions: what is done once, and what for each chunk of variants. */
class SessionProgram implements LoadedProgram {
  readonly #once: ProgramSession | null;
  readonly #each: ProgramSession | null;
  readonly #takeTurns: ProgramEngine['takeTurns'];

  private constructor(
    once: ProgramSession | null,
    each: ProgramSession | null,
    takeTurns: ProgramEngine['takeTurns'],
  ) {
    this.#once = once;
    this.#each = each;
    this.#takeTurns = takeTurns;
  }

  static async load(
    program: Program,
    variants: { readonly chunk: number; readonly all: number },
    takeTurns: ProgramEngine['takeTurns'],
    options: SessionOptions,
  ): Promise<SessionProgram> {
    const outputs = new Set(outputTensors(program.output));
    const made = new Set(program.each.map(({ output }) => output));
    const constants = new Set(program.constants.map(({ value }) => value));
    const read = program.each.flatMap(({ inputs }) => inputs);
    const kept = [...new Set([...read, ...outputs])].filter(
      (tensor) => !made.has(tensor) && !constants.has(tensor),
    );
    const open = async (
      nodes: Program['once'],
      fetched: readonly Tensor[],
      blocksChannels: boolean,
    ): Promise<ProgramSession> => {
      await takeTurns();
      const model = writeProgram(program, nodes, variants, fetched);
      return ProgramSession.create(model, program.values, { ...options, blocksChannels });
    };
    const once = program.once.length > 0 ? await open(program.once, kept, true) : null;
    try {
      // Between its few convolutions and poolings, a chunk's deltas would be brought into blocks and out of them again.
      const each = program.each.length > 0 ? await open(program.each, [...outputs], false) : null;
      return new SessionProgram(once, each, takeTurns);
    } catch (error) {
      once?.dispose();
      throw error;
    }
  }

  async begin(
    given: ReadonlyMap<Tensor, Float32Array>,
    inputs: number,
    signal: AbortSignal | undefined,
  ): Promise<ProgramRun> {
    throwIfAborted(signal);
    const kept = (await this.#once?.run(given, { inputs, first: 0, variants: 1 })) ?? given;
    let found = kept;
    return {
      each: async (chunk: Chunk) => {
        await this.#takeTurns();
        throwIfAborted(signal);
        if (this.#each) found = await this.#each.run(kept, chunk);
      },
      read: (tensor) => {
        const values = found.get(tensor) ?? kept.get(tensor);
        if (!values) throw new RangeError(`Tensor ${String(tensor)} was not computed.`);
        return Promise.resolve(values);
      },
      dispose: () => {
        found = new Map();
      },
    };
  }

  dispose(): void {
    this.#once?.dispose();
    this.#each?.dispose();
  }
}
