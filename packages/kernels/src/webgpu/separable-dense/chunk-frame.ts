import type { BufferRequest, Device } from '../../device/device.ts';
import { BufferUsage } from '../../device/usage.ts';
import type { PassTimer } from '../pass-timer.ts';

interface Written {
  readonly buffer: GPUBuffer;
  readonly words: Uint32Array;
}

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
  readonly #written = new Map<string, Written>();
  readonly #bindings = new Map<GPUComputePipeline, Binding>();

  /** @param timer the frame's from now on */
  constructor(device: Device, timer: PassTimer) {
    this.#device = device;
    this.timer = timer;
  }

  get byteLength(): number {
    const written = [...this.#written.values()].map(({ buffer }) => buffer);
    return [...this.#buffers.values(), ...written].reduce((sum, { size }) => sum + size, 0);
  }

  /** The buffer of that label, made when it is first asked for. */
  buffer(request: BufferRequest): GPUBuffer {
    const { label } = request;
    const buffer = this.#buffers.get(label) ?? this.#device.createBuffer(request);
    this.#buffers.set(label, buffer);
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
    const { buffer, words: held } = this.#written.get(label) ?? {};
    if (buffer && isSame(held, words)) return buffer;
    const target =
      buffer ??
      this.#device.createBuffer({
        label,
        byteLength: data.byteLength,
        usage: usage | BufferUsage.copyTarget,
      });
    this.#written.set(label, { buffer: target, words: words.slice() });
    this.#write(target, data);
    return target;
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
    for (const { buffer } of this.#written.values()) buffer.destroy();
    this.#buffers.clear();
    this.#written.clear();
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
