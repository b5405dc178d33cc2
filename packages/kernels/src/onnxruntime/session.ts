import { shapeIn, type Chunk } from '../lowering/length.ts';
import type { Tensor } from '../lowering/program.ts';
import { runtimeError } from './runtime-error.ts';
import { SESSION_SETTINGS } from './session-settings.ts';
import { onnxRuntime, type OnnxRuntime, type RuntimeSession, type RuntimeTensor } from './runtime.ts';
import { threadsInUse } from './threads.ts';
import {
  FIRST_VARIANT,
  fetchedName,
  LEFT_OUT,
  nameOf,
  type FedTensor,
  type ProgramModel,
} from './write-program.ts';

/** How ONNX Runtime shall run a model. */
export interface SessionOptions {
  /** Threads of an operation; what `useThreads` has set where it is left out. */
  readonly threads?: number | undefined;
  /** Whether channels may be kept in blocks, which suits networks. Default: true. */
  readonly blocksChannels?: boolean | undefined;
}

/** The numbers of a run, by the tensors of a program. */
export type Values = ReadonlyMap<Tensor, Float32Array>;

/** Tensors that were asked for, and how many multiply-adds with 0 were left out on the way. */
export interface Fetched {
  readonly tensors: readonly Float32Array[];
  readonly operationsLeftOut: number;
}

/** A part of a program that ONNX Runtime has prepared; holds its weights until it is disposed of. */
export class ProgramSession {
  readonly #runtime: OnnxRuntime;
  readonly #session: RuntimeSession;
  readonly #inputs: readonly FedTensor[];
  readonly #outputs: readonly Tensor[];
  readonly #integers: readonly string[];
  readonly #leftOut: readonly number[];
  #isDisposed = false;

  private constructor(
    runtime: OnnxRuntime,
    session: RuntimeSession,
    { inputs, outputs, model, leftOut }: ProgramModel,
  ) {
    this.#runtime = runtime;
    this.#session = session;
    this.#inputs = inputs;
    this.#outputs = outputs;
    this.#leftOut = leftOut;
    const fed = inputs.map(({ tensor }) => nameOf(tensor));
    this.#integers = model.inputs.filter((name) => !fed.includes(name));
  }

  /**
   * Takes 10 to 300 ms, in which the thread does nothing else. The model's arrays may be forgotten afterwards.
   *
   * @throws KernelsError `runtime-missing`, `runtime-failed`, `out-of-memory`
   */
  static async create(
    program: ProgramModel,
    { threads = threadsInUse(), blocksChannels = true }: SessionOptions = {},
  ): Promise<ProgramSession> {
    const runtime = await onnxRuntime();
    const { bytes, externalData } = program.model;
    try {
      const session = await runtime.InferenceSession.create(bytes, {
        ...SESSION_SETTINGS,
        externalData,
        graphOptimizationLevel: blocksChannels ? 'all' : 'extended',
        ...(threads !== undefined && { intraOpNumThreads: threads }),
      });
      return new ProgramSession(runtime, session, program);
    } catch (error) {
      throw runtimeError(error);
    }
  }

  /**
   * Runs the part for some inputs and one chunk of variants; the thread does nothing else meanwhile.
   *
   * @throws KernelsError `runtime-failed`, `out-of-memory`
   */
  async run(
    values: Values,
    chunk: Chunk,
  ): Promise<Pick<Fetched, 'operationsLeftOut'> & { readonly values: Map<Tensor, Float32Array> }> {
    const { tensors, operationsLeftOut } = await this.fetch(values, chunk, this.#outputs.map(fetchedName));
    const found = this.#outputs.map((tensor, i) => [tensor, tensors[i] ?? new Float32Array()] as const);
    return { values: new Map(found), operationsLeftOut };
  }

  /**
   * The same for outputs by name.
   *
   * @param integers what the program is fed besides, by name; 0 where it is left out
   */
  async fetch(
    values: Values,
    chunk: Chunk,
    names: readonly string[],
    integers: ReadonlyMap<string, bigint> = new Map(),
  ): Promise<Fetched> {
    const { Tensor: RuntimeTensorClass } = this.#runtime;
    const feeds: Record<string, RuntimeTensor> = {};
    for (const { tensor, dims } of this.#inputs) {
      const data = values.get(tensor);
      if (!data) throw new RangeError(`Tensor ${String(tensor)} is read before it is made.`);
      feeds[nameOf(tensor)] = new RuntimeTensorClass('float32', data, shapeIn(dims, chunk));
    }
    for (const name of this.#integers) {
      const value = name === FIRST_VARIANT ? BigInt(chunk.first) : (integers.get(name) ?? 0n);
      feeds[name] = new RuntimeTensorClass('int64', BigInt64Array.of(value), [1]);
    }
    const counts = this.#leftOut.length > 0 ? [LEFT_OUT] : [];
    const results = await this.#results(feeds, [...names, ...counts]);
    const read = (name: string): Float32Array => {
      const data = results[name]?.data;
      if (!(data instanceof Float32Array)) throw new RangeError(`"${name}" was not computed.`);
      return data;
    };
    const cells = counts.flatMap((name) => [...read(name)]);
    const leftOut = cells.reduce((sum, own, i) => sum + own * (this.#leftOut[i] ?? 0), 0);
    return { tensors: names.map(read), operationsLeftOut: leftOut * chunk.inputs };
  }

  /** Frees the weights; may be called twice. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    // The library frees at once; the promise only says so.
    void this.#session.release();
  }

  async #results(
    feeds: Readonly<Record<string, RuntimeTensor>>,
    names: readonly string[],
  ): Promise<Readonly<Record<string, RuntimeTensor>>> {
    try {
      return await this.#session.run(feeds, names);
    } catch (error) {
      throw runtimeError(error);
    }
  }
}
