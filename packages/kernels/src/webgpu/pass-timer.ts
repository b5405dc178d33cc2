import type { Device } from '../device/device.ts';
import { BufferUsage } from '../device/usage.ts';

const BYTES_PER_TIMESTAMP = 8;

/**
 * Times the compute passes of a submission on the GPU. Reading the times takes a dispatch: nothing beside a GPU's, a tenth of a
 * millisecond where a CPU plays it. Must be disposed of.
 */
export class PassTimer {
  /** Bytes at the start of the read-back that hold the timestamps. */
  readonly byteLength: number;
  readonly #passes: number;
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;

  /** @param device one that has timestamps */
  constructor(device: Device, passes: number) {
    this.#passes = passes;
    this.byteLength = 2 * passes * BYTES_PER_TIMESTAMP;
    this.#queries = device.gpu.createQuerySet({ label: 'pass times', type: 'timestamp', count: 2 * passes });
    this.#resolved = device.createBuffer({
      label: 'pass times',
      byteLength: this.byteLength,
      usage: BufferUsage.queryResolve | BufferUsage.copySource,
    });
  }

  /** What the descriptor of pass number `pass` takes as `timestampWrites`. */
  writes(pass: number): GPUComputePassTimestampWrites {
    return {
      querySet: this.#queries,
      beginningOfPassWriteIndex: 2 * pass,
      endOfPassWriteIndex: 2 * pass + 1,
    };
  }

  /** Copies the timestamps to the start of `target`. */
  resolve(encoder: GPUCommandEncoder, target: GPUBuffer): void {
    encoder.resolveQuerySet(this.#queries, 0, 2 * this.#passes, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, target, 0, this.byteLength);
  }

  /** The duration of a pass in milliseconds, from the read-back's bytes. */
  durationMs(bytes: ArrayBuffer, pass: number): number {
    const [begin = 0n, end = 0n] = new BigUint64Array(bytes, 2 * pass * BYTES_PER_TIMESTAMP, 2);
    return Math.max(0, Number(end - begin)) / 1e6;
  }

  dispose(): void {
    this.#queries.destroy();
    this.#resolved.destroy();
  }
}
