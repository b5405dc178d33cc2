import { waitGently } from '#platform';
import { KernelsError } from '../errors.ts';
import { memoryError } from '../memory-error.ts';
import type { AdapterDescription } from './adapter.ts';
import { BufferLedger } from './buffer-ledger.ts';
import { caughtError } from './error-scope.ts';
import { PipelineCache, type Overrides, type Shader } from './pipeline-cache.ts';
import { BufferUsage, MAP_READ } from './usage.ts';

/** A buffer that is asked of a {@link Device}, which frees it with itself at the latest. */
export interface BufferRequest {
  /** Names the buffer in error messages and tools. */
  readonly label: string;
  /** Rounded up to a multiple of 4 bytes. */
  readonly byteLength: number;
  /** A sum of `BufferUsage` flags. */
  readonly usage: number;
}

/**
 * A `GPUDevice` together with what is cached and counted for it. `requestDevice` and `wrapDevice` make one; who asked
 * for it disposes of it.
 *
 * A device can be lost at any time (driver reset, laptop asleep, page in the background). Everything that was waiting
 * then fails with a `KernelsError` `device-lost`, as does everything that follows; `requestDevice` gives a new one.
 */
export class Device {
  readonly gpu: GPUDevice;
  readonly adapter: AdapterDescription;
  /** Whether passes can be timed on the GPU (`timestamp-query`). */
  readonly hasTimestamps: boolean;
  /** Whether kernels can hand values over in subgroups, and number these: `subgroups`, and WGSL's `subgroup_id`. */
  readonly hasSubgroups: boolean;
  /** Settles when the device is lost or disposed of, with the error that its users get from then on. */
  readonly lost: Promise<KernelsError>;

  readonly #owned: boolean;
  readonly #ledger = new BufferLedger();
  readonly #pipelines: PipelineCache;
  readonly #waiting = new Set<(error: KernelsError) => void>();
  readonly #announceEnd: (error: KernelsError) => void;
  #end: KernelsError | undefined;
  #disposed = false;

  /**
   * @param owned whether `dispose` destroys the `GPUDevice`
   * @param languageFeatures of WGSL, as its implementation has them
   */
  constructor(
    gpu: GPUDevice,
    adapter: AdapterDescription,
    owned: boolean,
    languageFeatures: ReadonlySet<string>,
  ) {
    this.gpu = gpu;
    this.adapter = adapter;
    this.hasTimestamps = gpu.features.has('timestamp-query');
    this.hasSubgroups = gpu.features.has('subgroups') && languageFeatures.has('subgroup_id');
    this.#owned = owned;
    this.#pipelines = new PipelineCache(gpu);
    let announceEnd: ((error: KernelsError) => void) | undefined;
    this.lost = new Promise((resolve) => (announceEnd = resolve));
    this.#announceEnd = (error) => announceEnd?.(error);
    void gpu.lost.then(({ message, reason }) => {
      const detail = message === '' ? reason : message;
      this.#finish(
        new KernelsError('device-lost', `The GPU device was lost (${detail}); request a new device.`),
      );
    });
  }

  get limits(): GPUSupportedLimits {
    return this.gpu.limits;
  }

  /** Whether the device can no longer be used: it was lost or disposed of. */
  get isLost(): boolean {
    return this.#end !== undefined;
  }

  /** Buffers made by `createBuffer` and `uploadBuffer` that were not destroyed yet. */
  get liveBuffers(): number {
    return this.#ledger.liveBuffers;
  }

  get liveBytes(): number {
    return this.#ledger.liveBytes;
  }

  /** The largest `liveBytes` since the beginning or the last `resetPeak`. */
  get peakBytes(): number {
    return this.#ledger.peakBytes;
  }

  resetPeak(): void {
    this.#ledger.resetPeak();
  }

  /** How many compute pipelines this device holds. */
  get pipelineCount(): number {
    return this.#pipelines.size;
  }

  /**
   * A zero-filled buffer. The caller destroys it with `destroy()`.
   *
   * @throws KernelsError `too-large` past the device's `maxBufferSize`, `out-of-memory`, `device-lost`
   */
  createBuffer({ label, byteLength, usage }: BufferRequest): GPUBuffer {
    return this.#createBuffer({ label, size: align4(byteLength), usage });
  }

  /** A buffer that holds a copy of `data`, padded with zeros to a multiple of 4 bytes; otherwise as `createBuffer`. */
  uploadBuffer(label: string, data: ArrayBufferView, usage: number): GPUBuffer {
    const size = align4(data.byteLength);
    const buffer = this.#createBuffer({ label, size, usage, mappedAtCreation: true });
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    new Uint8Array(buffer.getMappedRange()).set(bytes);
    buffer.unmap();
    return buffer;
  }

  /**
   * Copies `byteLength` bytes (default: to the end) of a buffer with usage `copySource` to the CPU, after all work submitted
   * so far. Both numbers are multiples of 4.
   *
   * @throws KernelsError `device-lost`, `gpu-validation`
   */
  async readBuffer(
    buffer: GPUBuffer,
    byteOffset = 0,
    byteLength = buffer.size - byteOffset,
  ): Promise<ArrayBuffer> {
    const usage = BufferUsage.copyTarget | BufferUsage.mapRead;
    const staging = this.createBuffer({ label: `${buffer.label} read-back`, byteLength, usage });
    const copy = (): GPUBuffer => {
      const encoder = this.gpu.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, byteOffset, staging, 0, byteLength);
      this.gpu.queue.submit([encoder.finish()]);
      return staging;
    };
    try {
      return await this.read(`read ${buffer.label}`, copy, (bytes) => bytes.slice(0, byteLength));
    } finally {
      staging.destroy();
    }
  }

  /**
   * The compiled pipeline (layout `auto`) of a shader with these overrides; the same one every time.
   *
   * @throws KernelsError `gpu-validation` with message, line, column and source of what does not compile, `device-lost`
   */
  async pipeline(shader: Shader, overrides: Overrides = {}): Promise<GPUComputePipeline> {
    this.assertUsable();
    try {
      const pipeline = this.#pipelines.get(shader, overrides);
      return pipeline instanceof Promise ? await this.settled(pipeline) : pipeline;
    } catch (error) {
      throw gpuError(shader.label, error);
    }
  }

  /**
   * Runs synchronous GPU calls and returns what they return once the device has accepted them. `run` is synchronous because
   * error scopes are a stack: an `await` inside would let others' scopes in between.
   *
   * @throws KernelsError `gpu-validation`, `out-of-memory` or `device-lost`, its message beginning with `label`
   */
  async checked<T>(label: string, run: () => T): Promise<T> {
    const { result, accepted } = this.watched(label, run);
    await accepted;
    return result;
  }

  /**
   * Runs synchronous GPU calls and returns what they return at once. `accepted` settles when the device has looked at them,
   * and fails as `checked` does; whoever waits for their results may wait for it together with these.
   *
   * @throws KernelsError `device-lost`
   */
  watched<T>(label: string, run: () => T): { readonly result: T; readonly accepted: Promise<void> } {
    this.assertUsable();
    const { result, error } = caughtError(this.gpu, label, run);
    const accepted = this.#typed(label, error).then((failure) => {
      if (failure !== null) throw failure;
    });
    accepted.catch(() => undefined);
    return { result, accepted };
  }

  /**
   * Runs synchronous GPU calls that end in filling a buffer with usage `mapRead`, and returns what `use` makes of its bytes
   * once they are there.
   *
   * @param submit returns the buffer; it stays the caller's
   * @param use copies what it needs: the bytes end when it returns
   * @throws as `checked`; the buffer may then still be mapped, and is to be destroyed
   */
  async read<T>(label: string, submit: () => GPUBuffer, use: (bytes: ArrayBuffer) => T): Promise<T> {
    const { result: buffer, accepted } = this.watched(label, submit);
    const mapped = this.#typed(label, buffer.mapAsync(MAP_READ));
    mapped.catch(() => undefined);
    await accepted;
    await mapped;
    const used = use(buffer.getMappedRange());
    buffer.unmap();
    return used;
  }

  /** The same promise, except that it fails with `device-lost` as soon as the device is lost. */
  settled<T>(promise: Promise<T>): Promise<T> {
    if (this.#end !== undefined) {
      promise.catch(() => undefined);
      return Promise.reject(this.#end);
    }
    const awaited = this.adapter.software ? waitGently(promise) : promise;
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      const done = (): boolean => this.#waiting.delete(reject);
      awaited.then(
        (value) => {
          done();
          resolve(value);
        },
        (error: unknown) => {
          setTimeout(
            () => {
              done();
              reject(error instanceof Error ? error : new Error(messageOf(error)));
            },
            maySignLoss(error) ? LOSS_ANNOUNCED_MS : 0,
          );
        },
      );
    });
  }

  /** @throws KernelsError `device-lost` */
  assertUsable(): void {
    if (this.#end !== undefined) throw this.#end;
  }

  /** Frees the device with all its buffers and pipelines, unless it belongs to somebody else. May be called again. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#finish(
      new KernelsError('device-lost', 'The GPU device has been disposed of; request a new device.'),
    );
    if (this.#owned) this.gpu.destroy();
  }

  async #typed<T>(label: string, promise: Promise<T>): Promise<T> {
    try {
      return await this.settled(promise);
    } catch (error) {
      throw gpuError(label, error);
    }
  }

  #createBuffer(descriptor: GPUBufferDescriptor & { label: string }): GPUBuffer {
    this.assertUsable();
    const { label, size } = descriptor;
    const { maxBufferSize } = this.limits;
    if (!(size > 0)) {
      throw new KernelsError('invalid-input', `buffer "${label}" needs a positive size, got ${size} bytes`);
    }
    if (size > maxBufferSize) {
      throw new KernelsError(
        'too-large',
        `buffer "${label}" needs ${size} bytes, but ${this.adapter.description} allows ${maxBufferSize}; split the work`,
      );
    }
    try {
      return this.#ledger.enter(this.gpu.createBuffer(descriptor));
    } catch (error) {
      // What is to be mapped at once is refused at once where there is no memory for it.
      throw memoryError(error) ?? error;
    }
  }

  #finish(error: KernelsError): void {
    if (this.#end !== undefined) return;
    this.#end = error;
    this.#pipelines.clear();
    for (const reject of this.#waiting) reject(error);
    this.#waiting.clear();
    this.#announceEnd(error);
  }
}

function align4(byteLength: number): number {
  return Math.ceil(byteLength / 4) * 4;
}

/** What was waiting for a lost device may fail before the loss itself is announced: a browser's GPU is another process. */
const LOSS_ANNOUNCED_MS = 200;

/** Mappings and error scopes end so with their device; shaders that do not compile end otherwise. */
function maySignLoss(error: unknown): boolean {
  return error instanceof Error && ['AbortError', 'OperationError'].includes(error.name);
}

/** What a promise of the device was rejected with. */
function gpuError(label: string, error: unknown): KernelsError {
  if (error instanceof KernelsError) return error;
  return new KernelsError('gpu-validation', `${label}: ${messageOf(error)}`, { cause: error });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
