import type { BufferRequest, Device } from '../device/device.ts';

/** Buffers that live and end together. */
export class BufferScope {
  readonly #device: Device;
  readonly #buffers: GPUBuffer[] = [];

  constructor(device: Device) {
    this.#device = device;
  }

  /** A zero-filled buffer. */
  create(request: BufferRequest): GPUBuffer {
    return this.#keep(this.#device.createBuffer(request));
  }

  upload(label: string, data: ArrayBufferView, usage: number): GPUBuffer {
    return this.#keep(this.#device.uploadBuffer(label, data, usage));
  }

  /** Destroys what was made; may be called twice. */
  dispose(): void {
    for (const buffer of this.#buffers.splice(0)) buffer.destroy();
  }

  #keep(buffer: GPUBuffer): GPUBuffer {
    this.#buffers.push(buffer);
    return buffer;
  }
}
