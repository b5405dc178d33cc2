import type { BufferRequest, Device } from '../device/device.ts';
import type { BufferSource } from './buffer-scope.ts';

/** What a pool keeps at most: making small buffers takes longer than filling them, large ones are better given back. */
const LARGEST_BYTES = 32 * 1024 * 1024;

/**
 * Buffers that are used again by runs of the same sizes. They hold whatever the last run left in them: who takes one writes
 * all of what is read. Must be disposed of.
 */
export class BufferPool implements BufferSource {
  readonly #device: Device;
  readonly #free = new Map<string, GPUBuffer[]>();
  #freeBytes = 0;
  #isDisposed = false;

  constructor(device: Device) {
    this.#device = device;
  }

  take(request: BufferRequest): GPUBuffer {
    const size = Math.ceil(request.byteLength / 4) * 4;
    const found = this.#free.get(keyOf(size, request.usage))?.pop();
    if (found) {
      this.#freeBytes -= size;
      found.label = request.label;
      return found;
    }
    // Another size is wanted now: what is left of the last would only add to the memory in use.
    this.#destroyFree();
    return this.#device.createBuffer(request);
  }

  giveBack(buffer: GPUBuffer): void {
    if (buffer.mapState === 'mapped') buffer.unmap();
    const isKept = !this.#isDisposed && this.#freeBytes + buffer.size <= LARGEST_BYTES;
    if (!isKept || buffer.mapState !== 'unmapped') {
      buffer.destroy();
      return;
    }
    this.#freeBytes += buffer.size;
    const key = keyOf(buffer.size, buffer.usage);
    this.#free.set(key, [...(this.#free.get(key) ?? []), buffer]);
  }

  /** Destroys the buffers that nobody uses; those in use end when they are given back. May be called twice. */
  dispose(): void {
    this.#isDisposed = true;
    this.#destroyFree();
  }

  #destroyFree(): void {
    for (const buffers of this.#free.values()) for (const buffer of buffers) buffer.destroy();
    this.#free.clear();
    this.#freeBytes = 0;
  }
}

function keyOf(size: number, usage: number): string {
  return `${String(size)} ${String(usage)}`;
}
