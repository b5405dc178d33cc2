import type { BufferRequest, Device } from '../../device/device.ts';
import { BufferUsage } from '../../device/usage.ts';
import type { PassTimer } from '../pass-timer.ts';

interface Binding {
  readonly buffers: readonly GPUBuffer[];
  readonly group: GPUBindGroup;
}

/**
 * The buffers and bind groups of a submission, kept for the next one of the same size: for a small tail making them takes longer
 * than what the GPU does with them. Buffers hold what the last submission left in them. One submission uses a frame at a
 * time. Must be disposed of.
 */
export class ChunkFrame {
  readonly timer: PassTimer;
  readonly #device: Device;
  /** By label. */
  readonly #buffers = new Map<string, GPUBuffer>();
  /** What the buffers hold that seldom changes. */
  readonly #settings = new Map<string, Uint32Array>();
  readonly #bindings = new Map<GPUComputePipeline, Binding>();
  #byteLength = 0;

  /** @param timer the frame's from now on */
  constructor(device: Device, timer: PassTimer) {
    this.#device = device;
    this.timer = timer;
  }

  /** Of all buffers. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** The buffer of that label, made when it is first asked for. */
  buffer(request: BufferRequest): GPUBuffer {
    const { label } = request;
    const known = this.#buffers.get(label);
    if (known) return known;
    const buffer = this.#device.createBuffer(request);
    this.#buffers.set(label, buffer);
    this.#byteLength += buffer.size;
    return buffer;
  }

  /** The buffer of that label, filled anew. */
  filled(label: string, data: Float32Array, usage: number): GPUBuffer {
    const { byteLength } = data;
    const buffer = this.buffer({ label, byteLength, usage: usage | BufferUsage.copyTarget });
    this.#write(buffer, data);
    return buffer;
  }

  /** A buffer for what seldom changes: the same values again are not sent again. */
  settings(label: string, data: Float32Array | Uint32Array, usage: number): GPUBuffer {
    const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
    const { byteLength } = data;
    const buffer = this.buffer({ label, byteLength, usage: usage | BufferUsage.copyTarget });
    if (isSame(this.#settings.get(label), words)) return buffer;
    this.#settings.set(label, words.slice());
    this.#write(buffer, data);
    return buffer;
  }

  /** The bind group of a pipeline's buffers, the binding of each being its index. */
  bindings(pipeline: GPUComputePipeline, buffers: readonly GPUBuffer[]): GPUBindGroup {
    const bound = this.#bindings.get(pipeline);
    if (bound?.buffers.every((buffer, i) => buffer === buffers[i])) return bound.group;
    const group = this.#device.gpu.createBindGroup({
      label: pipeline.label,
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    this.#bindings.set(pipeline, { buffers, group });
    return group;
  }

  dispose(): void {
    for (const buffer of this.#buffers.values()) buffer.destroy();
    this.#buffers.clear();
    this.#settings.clear();
    this.#bindings.clear();
    this.timer.dispose();
  }

  #write(target: GPUBuffer, { buffer, byteOffset, byteLength }: Float32Array | Uint32Array): void {
    this.#device.gpu.queue.writeBuffer(target, 0, buffer, byteOffset, byteLength);
  }
}

function isSame(held: Uint32Array | undefined, words: Uint32Array): boolean {
  return held?.length === words.length && held.every((word, i) => word === words[i]);
}
