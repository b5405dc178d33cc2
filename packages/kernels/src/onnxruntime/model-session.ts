import { onnxRuntime, type OnnxRuntime, type RuntimeSession } from './runtime.ts';
import { runtimeError } from './runtime-error.ts';
import { SESSION_SETTINGS } from './session-settings.ts';

/** The values of a tensor, as ONNX Runtime names their type and JavaScript holds them. */
export interface ModelTensorData {
  readonly type: 'float32' | 'int64' | 'int32' | 'uint8' | 'int8' | 'uint16' | 'int16' | 'bool';
  readonly data:
    Float32Array | BigInt64Array | Int32Array | Uint8Array | Int8Array | Uint16Array | Int16Array;
  readonly dims: readonly number[];
}

/** A model that others wrote, which ONNX Runtime has prepared. */
export class ModelSession {
  readonly #runtime: OnnxRuntime;
  readonly #session: RuntimeSession;
  #isDisposed = false;

  private constructor(runtime: OnnxRuntime, session: RuntimeSession) {
    this.#runtime = runtime;
    this.#session = session;
  }

  /**
   * Prepares an ONNX file that holds all its weights; the caller disposes of the result.
   *
   * @throws KernelsError `runtime-missing`, `runtime-failed`, `out-of-memory`
   */
  static async create(bytes: Uint8Array): Promise<ModelSession> {
    const runtime = await onnxRuntime();
    try {
      return new ModelSession(runtime, await runtime.InferenceSession.create(bytes, SESSION_SETTINGS));
    } catch (error) {
      throw runtimeError(error);
    }
  }

  /**
   * Returns the outputs by name: their values, whatever their type, as float32.
   *
   * @throws KernelsError `runtime-failed`, `out-of-memory`
   */
  async run(feeds: ReadonlyMap<string, ModelTensorData>): Promise<Map<string, Float32Array>> {
    const { Tensor } = this.#runtime;
    const given = [...feeds].map(
      ([name, { type, data, dims }]) => [name, new Tensor(type, data, dims)] as const,
    );
    try {
      const results = await this.#session.run(Object.fromEntries(given));
      return new Map(Object.entries(results).map(([name, { data }]) => [name, asFloats(data)]));
    } catch (error) {
      throw runtimeError(error);
    }
  }

  /** Frees the weights; may be called twice. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    void this.#session.release();
  }
}

function asFloats(data: unknown): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float32Array.from(data, Number);
  if (ArrayBuffer.isView(data) && !(data instanceof DataView))
    return Float32Array.from(data as unknown as ArrayLike<number>);
  throw new Error('it gives out values that are no numbers.');
}
