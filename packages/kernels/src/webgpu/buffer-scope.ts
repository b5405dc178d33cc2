import type { BufferRequest, Device } from '../device/device.ts';
import { BufferUsage } from '../device/usage.ts';

/** Where a scope's buffers come from and go to. */
export interface BufferSource {
  take(request: BufferRequest): GPUBuffer;
  giveBack(buffer: GPUBuffer): void;
}

/** Buffers that live and end together. */
export class BufferScope {
  readonly #device: Device;
  readonly #source: BufferSource | null;
  readonly #buffers: GPUBuffer[] = [];

  /** @param source absent: buffers are made, zero-filled, and destroyed */
  constructor(device: Device, source: BufferSource | null = null) {
    this.#device = device;
    this.#source = source;
  }

  create(request: BufferRequest): GPUBuffer {
    return this.#keep(this.#source?.take(request) ?? this.#device.createBuffer(request));
  }

  upload(label: string, data: ArrayBufferView, usage: number): GPUBuffer {
    if (!this.#source) return this.#keep(this.#device.uploadBuffer(label, data, usage));
    const { byteLength, buffer, byteOffset } = data;
    const target = this.create({ label, byteLength, usage: usage | BufferUsage.copyTarget });
    this.#device.gpu.queue.writeBuffer(target, 0, buffer, byteOffset, byteLength);
    return target;
  }

  /** Ends what was made; may be called twice. */
  dispose(): void {
    for (const buffer of this.#buffers.splice(0)) {
      if (this.#source) this.#source.giveBack(buffer);
      else buffer.destroy();
    }
  }

  #keep(buffer: GPUBuffer): GPUBuffer {
    this.#buffers.push(buffer);
    return buffer;
  }
}
